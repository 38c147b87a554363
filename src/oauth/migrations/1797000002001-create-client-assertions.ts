import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The assertions that clients have used, until these expire. */
export class CreateClientAssertions1797000002001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE client_assertions (
        digest     text COLLATE "C" PRIMARY KEY,
        expires_on timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX client_assertions_expires_on ON client_assertions (expires_on)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE client_assertions');
  }
}
