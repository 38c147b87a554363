import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The sealed hashes of recovery codes. The MAC of the row does not cover them: their own seal does. */
export class AddRecoveryCodes1797000004100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN recovery_codes text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN recovery_codes');
  }
}
