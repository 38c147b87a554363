import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of users. */
export class CreateUsers1795000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        email            text COLLATE "C" PRIMARY KEY CHECK (email = lower(email)),
        password_hash    text NOT NULL,
        enabled          boolean NOT NULL,
        is_administrator boolean NOT NULL,
        roles            text[] NOT NULL,
        created_on       timestamptz NOT NULL DEFAULT date_trunc('second', now())
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE users');
  }
}
