import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of signing keys. */
export class CreateSigningKeys1795000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE signing_keys (
        kid        text COLLATE "C" PRIMARY KEY,
        sealed_key text NOT NULL,
        signs_from timestamptz NOT NULL,
        created_on timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE signing_keys');
  }
}
