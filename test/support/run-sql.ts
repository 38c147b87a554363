import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { databaseUrl } from './data.js';
import { QUICK_START } from './fixtures.mjs';

const SCRIPT = `
  import { PGlite } from '@electric-sql/pglite';
  const [folder, sql] = process.argv.slice(1);
  // As the service does: the engine writes its whole cache when it starts.
  const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];
  const database = await PGlite.create(folder, { startParams });
  const results = await database.exec(sql);
  await database.close();
  console.log(JSON.stringify(results.at(-1)?.rows ?? []));`;

/**
 * Runs SQL on the embedded database of a stopped service, and returns the rows of the last statement: for changes that no request can
 * make, such as records that are a day old.
 */
export async function runSql(dataDir: string, sql: string): Promise<Record<string, string>[]> {
  const url = databaseUrl(dataDir);
  if (url) return runOnServer(url, sql);
  const folder = join(dataDir, 'database');
  const cwd = join(import.meta.dirname, '../..');
  const args = [...QUICK_START, '--input-type=module', '-e', SCRIPT, folder, sql];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
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
