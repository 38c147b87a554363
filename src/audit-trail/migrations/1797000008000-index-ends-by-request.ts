import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexOnline, dropIndexOnline } from '../../database/concurrent-indexes.js';

const NAME = 'audit_trail_entries_ends_by_request';

/** Finds the sessions that a request ended, in the order of the ids of their records. Only ends are in the index, so other events cost nothing. */
export class IndexEndsByRequest1797000008000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndexOnline(
      runner,
      NAME,
      `audit_trail_entries (request_id, (record_ids[1])) WHERE kind = 'session-ended'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndexOnline(runner, NAME);
  }
}
