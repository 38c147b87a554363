import pg from 'pg';
import { hostileSessions, SANE_SESSIONS, SECRET, TEMPLATE } from './fixtures.mjs';
import makeImage, { addUsers } from './global-setup.mjs';
import { startPostgres } from './postgres-server.mjs';

/**
 * Makes the database that each suite copies at its start, on the server that TEST_DATABASE_URL names. Without TEST_DATABASE_URL it starts a
 * PostgreSQL from npm, which runs until the tests have ended. Tests of the embedded database get their image too.
 */
export default async function makeTemplate() {
  const umask = process.umask();
  await makeImage();
  // Starting the embedded database sets a private umask for this process. The server runs as another user and must read new files.
  process.umask(umask);
  process.env.TEST_DATABASE_URL ??= await startServer();
  const server = process.env.TEST_DATABASE_URL;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.query(hostileSessions(TEMPLATE));
  await client.end();
  process.env.DATABASE_URL = Object.assign(new URL(server), { pathname: TEMPLATE }).href;
  process.env.TESSERA_SECRET = SECRET;
  await addUsers();
  delete process.env.DATABASE_URL;
  delete process.env.TESSERA_SECRET;
  process.env.PGOPTIONS = SANE_SESSIONS;
}

async function startServer() {
  // The tests of durability use the embedded database. Here a crash of the server only costs the test run.
  const { url, stop } = await startPostgres(['fsync=off', 'full_page_writes=off', 'max_connections=200']);
  globalThis.stopPostgres = stop;
  return url;
}
