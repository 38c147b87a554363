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
  // The embedded database closed what this process makes to others, and the server runs as another user.
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
  // Durability is tested on the embedded database; here a lost server is a lost test run.
  const { url, stop } = await startPostgres(['fsync=off', 'max_connections=200']);
  globalThis.stopPostgres = stop;
  return url;
}
