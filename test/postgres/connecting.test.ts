import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startBehindProxy } from '../support/behind-proxy.js';
import { basicOf, RESOURCE, validRecord } from '../support/client.js';
import { databaseUrl, deleteData, newData } from '../support/data.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, login, seconds, the } from '../support/sessions.js';

let dataDir: string;
let database: pg.Client;
beforeAll(async () => {
  dataDir = await newData();
  database = new pg.Client({ connectionString: databaseUrl(dataDir) });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await deleteData(dataDir);
});

it('a refused database connection is a 503, and the service recovers when connections are accepted again', async () => {
  const role = `refused_${process.pid}`;
  await database.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'secret'`);
  const url = Object.assign(new URL(the(databaseUrl(dataDir))), { username: role, password: 'secret' });
  const service = await Service.startOn(dataDir, { DATABASE_URL: url.href });
  const client = service.client(basicOf('admin'));
  const bearer = service.client(`Bearer ${(await login(service, 'all')).access}`);
  await database.query(`ALTER ROLE ${role} NOLOGIN`);
  await database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [role]);
  // The service learns only when it reads that its connections have ended. Requests that it sends before are lost with them.
  let answer = await client.get(RESOURCE);
  for (let n = 0; n < 100 && !(answer.body.Message as string).endsWith('nothing was written.'); n++)
    answer = await client.get(RESOURCE);
  expect([answer.status, answer.body.Message]).toEqual([503, 'The database cannot be reached; nothing was written.']);
  // The key set may be cached for minutes, and the service keeps it for a second. A failure to read the keys may not be cached.
  await seconds(1.1);
  const { status: keysStatus, headers } = await client.get('/.well-known/jwks.json');
  expect([keysStatus, headers.get('cache-control')]).toEqual([503, 'no-store']);
  // Without the signing keys no token can be refused: a client would sign in again for nothing.
  const unverified = await bearer.get(RESOURCE);
  expect([unverified.status, unverified.body.Message]).toEqual([503, answer.body.Message]);
  expect(unverified.headers.get('www-authenticate')).toBeNull();
  await database.query(`ALTER ROLE ${role} LOGIN`);
  expect((await client.get(RESOURCE)).status).toBe(200);
  expect((await bearer.get(RESOURCE)).status).toBe(200);
  expect(await service.end()).toBe(0);
  await database.query(`DROP ROLE ${role}`);
});

it('a certificate file that is missing at a reconnection does not end the service', async () => {
  const certificate = join(dataDir, 'root.crt');
  writeFileSync(certificate, '');
  const url = Object.assign(new URL(the(databaseUrl(dataDir))), {
    search: `?sslmode=disable&sslrootcert=${certificate}`,
  });
  const service = await Service.startOn(dataDir, { DATABASE_URL: url.href, DATABASE_POOL_SIZE: '1' });
  const client = service.client(basicOf('admin'));
  await database.query('BEGIN');
  await database.query('LOCK TABLE refresh_tokens');
  // The first request waits for the lock, the second for the only connection.
  const answers = Promise.all([client.get(`${RESOURCE}/1`), client.post(RESOURCE, validRecord())]);
  const waiting = 'SELECT FROM pg_locks WHERE NOT granted';
  while ((await database.query(waiting)).rowCount === 0) await seconds(0.01);
  rmSync(certificate);
  await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name IN ('tessera', 'tessera notices') AND datname = current_database()`);
  await database.query('ROLLBACK');
  expect((await answers).map(({ status }) => status)).toEqual([503, 503]);
  await seconds(1);
  expect((await service.client().get('/health/live')).status).toBe(200);
  writeFileSync(certificate, '');
  expect((await client.get(RESOURCE)).status).toBe(200);
  expect(await service.end()).toBe(0);
});

it('silent connections do not prevent the service from accepting access tokens over other connections', async () => {
  const { service, proxy, database: beside } = await startBehindProxy({ DATABASE_STATEMENT_TIMEOUT: '10' });
  const client = service.client(`Bearer ${(await login(service, 'all')).access}`);
  // The job that is due would make the service read the signing keys again.
  await beside.query(`INSERT INTO jobs (name, due_on) VALUES ('signing-keys', now() + interval '1 hour')
    ON CONFLICT (name) DO UPDATE SET due_on = excluded.due_on`);
  // After this time the next request reads the keys again.
  await seconds(1.1);
  proxy.strand();
  expect((await client.get(RESOURCE)).status).toBe(200);
  await beside.end();
  await disposeWithoutLeaks(service);
  await proxy.cut();
});
