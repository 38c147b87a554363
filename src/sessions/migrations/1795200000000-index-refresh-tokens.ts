import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexOnline, dropIndexOnline } from '../../database/concurrent-indexes.js';

/**
 * Indexes for the filters and orders of contract 1.6, except those by UpdatedOn, TicketHash and TicketSalt, which every rotation changes. A
 * B-tree accepts entries of up to 2.7 kB, so of longer text it contains only the beginning. A ticket is only compared as a whole, so its
 * index is a hash index.
 */
const INDEXES = {
  refresh_tokens_created_on: 'refresh_tokens (created_on, id)',
  refresh_tokens_updated_by: 'refresh_tokens (updated_by, id)',
  refresh_tokens_system_id: 'refresh_tokens (left(system_id, 512), id)',
  refresh_tokens_to_string_text: `refresh_tokens (left(subject || ' (' || client_id || ')', 512), id)`,
  refresh_tokens_protected_ticket: 'refresh_tokens USING hash (protected_ticket)',
} as const;

/** Makes searches on a large table fast. The indexes are created while the table is in use. */
export class IndexRefreshTokens1795200000000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) await createIndexOnline(runner, name, definition);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await dropIndexOnline(runner, name);
  }
}
