import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexOnline, dropIndexOnline } from '../../database/concurrent-indexes.js';

/** Indexes for the filters and orders of searches. None has a column that a sign-in or a code changes. */
const INDEXES = {
  users_created_on: 'users (created_on, id)',
  users_updated_on: 'users (updated_on, id)',
  users_updated_by: 'users (updated_by, id)',
  users_full_name: 'users (full_name, id)',
  users_enabled: 'users (enabled, id)',
  users_is_administrator: 'users (is_administrator, id)',
  users_must_reset_password: 'users (must_reset_password, id)',
  users_has_second_factor: 'users ((totp_secret IS NOT NULL), id)',
  users_system_id: 'users (left(system_id, 512), id)',
  users_to_string_text: 'users (left(email, 512), id)',
} as const;

/** Makes searches among many users fast. The indexes are created while the table is in use. */
export class IndexUsers1797000005001 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) await createIndexOnline(runner, name, definition);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await dropIndexOnline(runner, name);
  }
}
