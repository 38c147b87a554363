import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexOnline, dropIndexOnline } from '../../database/concurrent-indexes.js';

/**
 * Numbers the sessions of a user at a client, so that a client may have several for each user. The index that allows only one stays, because
 * the sign-ins of the previous version need it: it goes when the first client gets more than one session for each user.
 */
export class NumberSessions1797000001001 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE refresh_tokens ADD COLUMN IF NOT EXISTS slot integer NOT NULL DEFAULT 0');
    await createIndexOnline(
      runner,
      'refresh_tokens_slots',
      'refresh_tokens (subject, client_id, slot) WHERE issued',
      'UNIQUE INDEX',
    );
  }

  /** The previous version has one session for each user and client: the one with the lowest number stays. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE refresh_tokens t SET issued = false WHERE issued AND EXISTS (
      SELECT FROM refresh_tokens o WHERE o.subject = t.subject AND o.client_id = t.client_id AND o.issued AND o.slot < t.slot)`);
    await createIndexOnline(
      runner,
      'refresh_tokens_session',
      'refresh_tokens (subject, client_id) WHERE issued',
      'UNIQUE INDEX',
    );
    await dropIndexOnline(runner, 'refresh_tokens_slots');
    await runner.query('ALTER TABLE refresh_tokens DROP COLUMN slot');
  }
}
