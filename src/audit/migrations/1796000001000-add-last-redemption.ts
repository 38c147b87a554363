import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets an event about a session record who last redeemed the session's token. */
export class AddLastRedemption1796000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_trail_entries
        ADD COLUMN last_address     text COLLATE "C",
        ADD COLUMN last_user_agent  text COLLATE "C",
        ADD COLUMN last_request_id  text COLLATE "C",
        ADD COLUMN last_redeemed_on timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_trail_entries
        DROP COLUMN last_address, DROP COLUMN last_user_agent, DROP COLUMN last_request_id, DROP COLUMN last_redeemed_on`);
  }
}
