import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the judgement of a refresh token needs to know of its session: when the last few rotations were, whether the current token is
 * confirmed, and who redeemed last. No index names these columns, so rotations stay heap-only. Those that change with each rotation come
 * first: PostgreSQL logs what lies between the first and the last byte that changed.
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
