import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables for the numbers of events and of live sessions in each hour. */
export class CreateEventCounts1797000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE event_counts (
        hour   timestamptz NOT NULL,
        kind   text COLLATE "C" NOT NULL,
        reason text COLLATE "C" NOT NULL,
        count  bigint NOT NULL,
        PRIMARY KEY (hour, kind, reason)
      )`);
    await runner.query('CREATE TABLE session_counts (hour timestamptz PRIMARY KEY, sessions bigint NOT NULL)');
    await runner.query('CREATE TABLE event_counts_progress (counted_up_to bigint PRIMARY KEY)');
    await runner.query('INSERT INTO event_counts_progress VALUES (0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_counts, session_counts, event_counts_progress');
  }
}
