import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexOnline, dropIndexOnline } from '../../database/concurrent-indexes.js';

const NAME = 'refresh_tokens_several';

/**
 * Lets the job `surplus-sessions` find the users with more sessions than their client allows. Only sessions beside another session of the
 * same user and client are in the index, so other sessions cost nothing.
 */
export class IndexSeveralSessions1797000009000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await createIndexOnline(runner, NAME, 'refresh_tokens (client_id, slot) WHERE issued AND slot > 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndexOnline(runner, NAME);
  }
}
