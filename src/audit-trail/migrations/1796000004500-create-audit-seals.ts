import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of the seals on the audit trail. */
export class CreateAuditSeals1796000004500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_seals (
        id         bigint PRIMARY KEY,
        version    integer NOT NULL,
        from_id    bigint NOT NULL,
        to_id      bigint NOT NULL,
        count      integer NOT NULL,
        newest_on  timestamptz NOT NULL,
        digest     text COLLATE "C" NOT NULL,
        previous   text COLLATE "C" NOT NULL,
        link       text COLLATE "C" NOT NULL,
        mac        text COLLATE "C" NOT NULL,
        created_on timestamptz NOT NULL,
        pruned_on  timestamptz,
        pruned_mac text COLLATE "C"
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_seals');
  }
}
