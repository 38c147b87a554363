import type { QueryRunner } from 'typeorm';

/**
 * Creates an index while the table is in use, for a migration that declares `transaction = false`. If the process died or the server
 * stopped in an earlier attempt, the incomplete index is dropped and created again.
 */
export async function createIndexOnline(
  runner: QueryRunner,
  name: string,
  definition: string,
  kind: 'INDEX' | 'UNIQUE INDEX' = 'INDEX',
): Promise<void> {
  await dropIndexOnline(runner, name);
  await runner.query(`CREATE ${kind} CONCURRENTLY ${name} ON ${definition}`);
}

/**
 * Drops an index while its table is in use, if the index exists. The index is named with its schema, because an index of the same name in
 * another schema of the search path may belong to another program.
 */
export async function dropIndexOnline(runner: QueryRunner, name: string): Promise<void> {
  const [row] = await runner.manager.query<{ schema: string }[]>('SELECT quote_ident(current_schema()) AS schema');
  await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${row?.schema ?? 'public'}.${name}`);
}
