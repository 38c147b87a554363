import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The device of a session: the address of the sign-in, and the name that the client gave. Only a sign-in writes them, and no index contains
 * them, so rotations stay heap-only.
 */
export class AddDevice1797000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE refresh_tokens
        ADD COLUMN first_address inet,
        ADD COLUMN device_name   text COLLATE "C"`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE refresh_tokens DROP COLUMN first_address, DROP COLUMN device_name');
  }
}
