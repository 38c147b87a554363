import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { v4 as uuid } from 'uuid';
import { hostileSessions, IMAGE, SECRET, TEMPLATE } from './fixtures.mjs';

/** The PostgreSQL server that the suites run on; undefined on the embedded database. */
const SERVER = process.env['TEST_DATABASE_URL'];
/** The file with the URL of the database, next to the secret, in the data folder of a service on PostgreSQL. */
const URL_FILE = 'database-url';

/** Makes a data folder with a copy of the image. On PostgreSQL the folder names a copy of the template database. */
export async function newData(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  if (SERVER === undefined) {
    cpSync(IMAGE, dataDir, { recursive: true });
    return dataDir;
  }
  await nameDatabase(dataDir, `TEMPLATE ${TEMPLATE}`);
  return dataDir;
}

/** Makes a data folder without a database. On PostgreSQL the folder names a new and empty database. */
export async function newEmptyData(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  if (SERVER !== undefined) await nameDatabase(dataDir, '');
  return dataDir;
}

/** Makes a data folder with a copy of the image for the embedded database, whatever the suites run on. */
export function newEmbeddedData(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  cpSync(IMAGE, dataDir, { recursive: true });
  return dataDir;
}

/** The settings that make a service, or a command, use this data. */
export function settingsOf(dataDir: string): NodeJS.ProcessEnv {
  const url = databaseUrl(dataDir);
  const secret = url && readFileSync(join(dataDir, 'secret'), 'utf8');
  return { DATA_DIR: dataDir, ...(url && { DATABASE_URL: url, TESSERA_SECRET: secret }) };
}

/** The URL of the database on PostgreSQL; undefined when the database is embedded in the folder. */
export function databaseUrl(dataDir: string): string | undefined {
  const file = join(dataDir, URL_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Deletes the data. */
export async function deleteData(dataDir: string): Promise<void> {
  const url = databaseUrl(dataDir);
  if (url) await onServer(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
  rmSync(dataDir, { recursive: true, force: true });
}

/** Makes a database on the server, and writes its URL into the data folder. */
async function nameDatabase(dataDir: string, options: string): Promise<void> {
  const name = `test_${uuid().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name} ${options}`);
  await onServer(hostileSessions(name));
  writeFileSync(join(dataDir, URL_FILE), Object.assign(new URL(SERVER ?? ''), { pathname: name }).href);
  writeFileSync(join(dataDir, 'secret'), SECRET);
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: SERVER });
  await client.connect();
  await client.query(sql);
  await client.end();
}
