import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The MAC over everything in a row that affects the user's rights. Rows that an older version writes have no MAC. */
export class AddUserMac1796000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN mac text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN mac');
  }
}
