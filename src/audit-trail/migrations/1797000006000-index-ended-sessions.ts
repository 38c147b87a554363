import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexOnline, dropIndexOnline } from '../../database/concurrent-indexes.js';

const NAME = 'audit_trail_entries_ended_sessions';

/** Lets the feed of ended sessions find the ends after an id. Only events of this kind are in the index, so other events cost nothing. */
export class IndexEndedSessions1797000006000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndexOnline(runner, NAME, `audit_trail_entries (id) WHERE kind = 'session-ended'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndexOnline(runner, NAME);
  }
}
