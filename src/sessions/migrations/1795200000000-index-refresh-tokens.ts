import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexOnline, dropIndexOnline } from '../../database/concurrent-indexes.js';

/**
 * Indexes for the filters and orders of contract 1.6, but for those on what every rotation changes: UpdatedOn, TicketHash and TicketSalt.
 * A B-tree takes entries of 2.7 kB: of longer text it has the beginning. A ticket is only ever compared as a whole: its index is a hash.
 */
const INDEXES = {
  refresh_tokens_created_on: 'refresh_tokens (created_on, id)',
  refresh_tokens_updated_by: 'refresh_tokens (updated_by, id)',
  refresh_tokens_system_id: 'refresh_tokens (left(system_id, 512), id)',
  refresh_tokens_to_string_text: `refresh_tokens (left(subject || ' (' || client_id || ')', 512), id)`,
  refresh_tokens_protected_ticket: 'refresh_tokens USING hash (protected_ticket)',
} as const;

/** Makes searches quick on a large table, and is made while the table is in use. */
export class IndexRefreshTokens1795200000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) await createIndexOnline(runner, name, definition);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await dropIndexOnline(runner, name);
  }
}
