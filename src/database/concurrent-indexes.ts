import type { QueryRunner } from 'typeorm';

/**
 * Makes an index while the table is in use, for a migration that declares `transaction = false`. An index that was left half made,
 * since the process died or the server stopped, is dropped and made again.
 */
export async function createIndexOnline(runner: QueryRunner, name: string, definition: string): Promise<void> {
  await dropIndexOnline(runner, name);
  await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${definition}`);
}

/**
 * Takes an index away while its table is in use, if it is there. Another schema of the search path may have one of this name, which
 * belongs to another program.
 */
export async function dropIndexOnline(runner: QueryRunner, name: string): Promise<void> {
  const [row] = await runner.manager.query<{ schema: string }[]>('SELECT quote_ident(current_schema()) AS schema');
  await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${row?.schema ?? 'public'}.${name}`);
}
