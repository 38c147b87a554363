import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets a seal note which erasures changed its events, with the digest after each, under a MAC. */
export class NoteErasures1797000007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_seals ADD COLUMN erasures jsonb, ADD COLUMN erased_mac text COLLATE "C"');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_seals DROP COLUMN erasures, DROP COLUMN erased_mac');
  }
}
