import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexOnline, dropIndexOnline } from '../../database/concurrent-indexes.js';

const NAME = 'audit_trail_entries_checks';

/** Finds the newest event that says whether the trail is intact. Only these rare events are in the index, so other events cost nothing. */
export class IndexTrailChecks1797000010100 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndexOnline(runner, NAME, `audit_trail_entries (id) WHERE kind IN ('audit-damaged', 'audit-verified')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndexOnline(runner, NAME);
  }
}
