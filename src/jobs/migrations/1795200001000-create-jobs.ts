import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of jobs. */
export class CreateJobs1795200001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE jobs (
        name       text COLLATE "C" PRIMARY KEY,
        due_on     timestamptz NOT NULL,
        holder     uuid,
        held_until timestamptz,
        started_on timestamptz,
        ended_on   timestamptz,
        rows       bigint NOT NULL DEFAULT 0,
        failure    text
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE jobs');
  }
}
