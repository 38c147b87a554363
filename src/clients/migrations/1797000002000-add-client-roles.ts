import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The roles that a client itself has, and the MACs of its row. */
export class AddClientRoles1797000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients ADD COLUMN roles text COLLATE "C", ADD COLUMN mac text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients DROP COLUMN roles, DROP COLUMN mac');
  }
}
