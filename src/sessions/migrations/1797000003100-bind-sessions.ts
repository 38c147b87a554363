import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The key to which a session is bound (RFC 9449, section 5), and the first generation that was issued to this key. No index contains these
 * columns, so rotations stay heap-only.
 */
export class BindSessions1797000003100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE refresh_tokens ADD COLUMN jkt text COLLATE "C", ADD COLUMN bound_from bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE refresh_tokens DROP COLUMN jkt, DROP COLUMN bound_from');
  }
}
