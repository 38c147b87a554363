import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of the audit trail. */
export class CreateAuditTrailEntries1795000000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_trail_entries (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        created_on timestamptz NOT NULL DEFAULT date_trunc('second', now()),
        kind       text COLLATE "C" NOT NULL,
        actor      text COLLATE "C" NOT NULL,
        reason     text COLLATE "C",
        subject    text COLLATE "C",
        client_id  text COLLATE "C",
        session_id uuid,
        record_ids bigint[] NOT NULL,
        address    text COLLATE "C",
        user_agent text COLLATE "C",
        request_id text COLLATE "C"
      )`);
    await runner.query('CREATE INDEX audit_trail_entries_subject ON audit_trail_entries (subject, id)');
    await runner.query('CREATE INDEX audit_trail_entries_session_id ON audit_trail_entries (session_id, id)');
    await runner.query('CREATE INDEX audit_trail_entries_created_on ON audit_trail_entries (created_on, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_trail_entries');
  }
}
