import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The shortest of the lives that roles have, for a user; null if no role of the user has one. Statements that nearly never need it call it: a query
 * in its place would be prepared for execution each time.
 */
export class CreateShortestLife1797000008100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION shortest_life(roles text[], is_administrator boolean, limited_roles text[], lives float8[]) RETURNS float8
      LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT min(limited.life) FROM unnest(limited_roles, lives) AS limited (role, life)
        WHERE limited.role = ANY (roles) OR limited.role = 'Administrator' AND is_administrator
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION shortest_life');
  }
}
