import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The table of DPoP proofs that requests have used. A row stays as long as its proof would be good, which is a few minutes. The digest has
 * 128 bits of the SHA-256 of the key's thumbprint and the `jti`.
 */
export class CreateDpopProofs1797000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dpop_proofs (
        digest     uuid PRIMARY KEY,
        used_by    uuid NOT NULL,
        expires_on timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX dpop_proofs_expires_on ON dpop_proofs (expires_on)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dpop_proofs');
  }
}
