import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The roles that a client itself has. */
export class AddClientRoles1797000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients ADD COLUMN roles text COLLATE "C"');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients DROP COLUMN roles');
  }
}
