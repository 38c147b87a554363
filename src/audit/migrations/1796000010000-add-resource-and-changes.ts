import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets an event say which resource its records are of, and which members changed. */
export class AddResourceAndChanges1796000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_trail_entries
        ADD COLUMN resource text COLLATE "C",
        ADD COLUMN changes  jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_trail_entries DROP COLUMN resource, DROP COLUMN changes');
  }
}
