import { join } from 'node:path';
import pg from 'pg';
import { databaseUrl } from './data.js';
import { runCommand } from './cli.js';

const PROGRAM = join(import.meta.dirname, 'sql-program.mjs');

/**
 * Runs SQL on the embedded database of a stopped service, and returns the rows of the last statement: for changes that no request can
 * make, such as records that are a day old.
 */
export async function runSql(dataDir: string, sql: string): Promise<Record<string, string>[]> {
  const url = databaseUrl(dataDir);
  if (url) return runOnServer(url, sql);
  const { code, stdout, stderr } = await runCommand(PROGRAM, [join(dataDir, 'database'), sql], { env: {} });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>[];
}

async function runOnServer(connectionString: string, sql: string): Promise<Record<string, string>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const results = [await client.query<Record<string, string>>(sql)].flat();
    // As JSON, so that values keep the types that the embedded database gives them.
    return JSON.parse(JSON.stringify(results.at(-1)?.rows ?? [])) as Record<string, string>[];
  } finally {
    await client.end();
  }
}
