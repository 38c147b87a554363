import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of erasures that have a second look before them. The name is sealed, and the row goes with the second look. */
export class CreateErasures1797000007100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE erasures (
        pseudonym   text COLLATE "C" PRIMARY KEY,
        sealed_name text NOT NULL,
        created_on  timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE erasures');
  }
}
