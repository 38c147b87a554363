import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The columns that the judgement of a refresh token needs: the times of the last few rotations, whether the current token is confirmed, and
 * who redeemed last. No index contains these columns, so rotations stay heap-only. Columns that change with each rotation come first,
 * because PostgreSQL logs everything between the first and the last changed byte.
 */
export class RecordRotations1796000001100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE refresh_tokens
        ADD COLUMN rotations            timestamptz[] NOT NULL DEFAULT '{}',
        ADD COLUMN last_redeemed_on     timestamptz,
        ADD COLUMN last_request_id      text COLLATE "C",
        ADD COLUMN repetitions          integer NOT NULL DEFAULT 0,
        ADD COLUMN confirmed_generation bigint,
        ADD COLUMN last_address         inet,
        ADD COLUMN last_user_agent      text COLLATE "C"`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE refresh_tokens
        DROP COLUMN rotations, DROP COLUMN last_redeemed_on, DROP COLUMN last_request_id, DROP COLUMN repetitions,
        DROP COLUMN confirmed_generation, DROP COLUMN last_address, DROP COLUMN last_user_agent`);
  }
}
