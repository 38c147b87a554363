import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of users and of their failed logins. */
export class CreateUsers1795000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        email               text COLLATE "C" PRIMARY KEY CHECK (email = lower(email)),
        password_hash       text NOT NULL,
        enabled             boolean NOT NULL,
        is_administrator    boolean NOT NULL,
        roles               text[] NOT NULL,
        must_reset_password boolean NOT NULL,
        totp_secret         text,
        totp_last_step      bigint,
        created_on          timestamptz NOT NULL DEFAULT date_trunc('second', now())
      )`);
    await runner.query(`
      CREATE TABLE login_throttles (
        key           text COLLATE "C" PRIMARY KEY,
        failures      integer NOT NULL,
        blocked_until timestamptz NOT NULL,
        last_failure  timestamptz,
        last_success  timestamptz
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE login_throttles');
    await runner.query('DROP TABLE users');
  }
}
