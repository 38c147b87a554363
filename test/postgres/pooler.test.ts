import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { runCli } from '../support/cli.js';
import { basicOf, create, RESOURCE, type Client } from '../support/client.js';
import { databaseUrl, deleteData, newData } from '../support/data.js';
import { freePort, Service } from '../support/service.js';
import {
  askRefresh,
  disposeWithoutLeaks,
  isAlive,
  login,
  refresh,
  the,
  tokensOf,
  untilStale,
} from '../support/sessions.js';

const PGBOUNCER = '/usr/sbin/pgbouncer';
const isInstalled = existsSync(PGBOUNCER);
const CLIENTS = 20;
const REFRESHES = 15;

let folder: string;
let pooler: ChildProcess;
let service: Service;
let admin: Client;
let url: string;
let dataDir: string;

const nameOf = (data: string): string => new URL(the(databaseUrl(data))).pathname.slice(1);

async function onDatabase(sql: (database: string) => string): Promise<void> {
  const direct = new URL(the(databaseUrl(dataDir)));
  const client = new pg.Client({ connectionString: direct.href });
  await client.connect();
  await client.query(sql(direct.pathname.slice(1)));
  await client.end();
}

/** The service cannot set the sessions of a pooler, so the settings that the test databases give their sessions are removed here. */
const resetSettings = (): Promise<void> => onDatabase((name) => `ALTER DATABASE ${name} RESET ALL`);

/** PgBouncer in transaction mode, with fewer connections to the server than the service has to PgBouncer. */
async function startPooler(database: URL): Promise<string> {
  const port = await freePort();
  folder = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  const users = join(folder, 'users');
  writeFileSync(users, `"${database.username}" "${database.password}"\n`);
  writeFileSync(
    join(folder, 'ini'),
    `[databases]
* = host=${database.hostname} port=${database.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
`,
  );
  chmodSync(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  const command = [PGBOUNCER, '--quiet', join(folder, 'ini')];
  const [program = '', ...args] = isRoot
    ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command]
    : command;
  pooler = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return Object.assign(new URL(database), { hostname: '127.0.0.1', port: String(port) }).href;
}

const suite = isInstalled || process.env['CI'] ? describe : describe.skip;
if (!isInstalled) console.warn(`${PGBOUNCER} is not installed: the tests of the pooler are skipped.`);

suite('through PgBouncer in transaction mode', () => {
  beforeAll(async () => {
    dataDir = await newData();
    await resetSettings();
    url = await startPooler(new URL(the(databaseUrl(dataDir))));
    service = await Service.startOn(dataDir, { DATABASE_URL: url });
    admin = service.client(basicOf('admin'));
  });
  afterAll(async () => {
    await disposeWithoutLeaks(service);
    pooler.kill();
    await once(pooler, 'exit');
    rmSync(folder, { recursive: true });
  });

  it('starts when the pooler sets the session correctly; otherwise names the first setting that the role needs', async () => {
    const other = await newData();
    await onDatabase(() => `ALTER DATABASE ${nameOf(other)} RESET ALL`);
    const throughPooler = Object.assign(new URL(url), { pathname: nameOf(other) }).href;
    const list = () => runCli(other, ['users', 'list'], '', { DATABASE_URL: throughPooler });
    // These settings are part of the handshake, and PgBouncer sets them on each server connection that it assigns.
    await onDatabase(() => `ALTER DATABASE ${nameOf(other)} SET datestyle = 'German'`);
    await onDatabase(() => `ALTER DATABASE ${nameOf(other)} SET client_encoding = 'LATIN1'`);
    expect(await list()).toMatchObject({ code: 0, stderr: '' });
    await onDatabase(() => `ALTER DATABASE ${nameOf(other)} SET extra_float_digits = -15`);
    await onDatabase(() => `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${nameOf(other)}'`);
    expect(await list()).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^DATABASE_URL: \S+ extra_float_digits is -15 on the connections of a pooler; run ALTER ROLE "\w+" SET extra_float_digits = '1', and have the pooler connect again \(PgBouncer: RECONNECT\)\.\n$/,
      ),
    });
    await deleteData(other);
  });

  it('names the setting that the pooler refuses', async () => {
    const { code, stderr } = await runCli(dataDir, ['users', 'list'], '', {
      DATABASE_URL: `${url}?options=-c%20search_path%3Dpublic`,
    });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^DATABASE_URL: .*unsupported startup parameter.*\(08P01\); see "Connecting to PostgreSQL"/,
      ),
    ]);
  });

  it('many concurrent sessions live as they do without a pooler', async () => {
    const live = async (client: string): Promise<boolean> => {
      let tokens = await login(service, 'all', client);
      for (let n = 0; n < REFRESHES; n++) tokens = await refresh(service, tokens, client);
      return isAlive(service, tokens);
    };
    const lives = await Promise.all(Array.from({ length: CLIENTS }, (_, n) => live(`client-${n}`)));
    expect(lives).toEqual(lives.map(() => true));
  });

  it('a retry gets the same token, and a replay ends the session', async () => {
    const first = await login(service, 'all');
    const second = await refresh(service, first);
    expect(tokensOf(await askRefresh(service, first.refresh)).refresh).toBe(second.refresh);
    const third = await refresh(service, second);
    await untilStale();
    expect((await askRefresh(service, first.refresh)).status).toBe(400);
    expect(await isAlive(service, third)).toBe(false);
  });

  it('records are written, read, searched, changed and deleted', async () => {
    const id = await create(admin);
    const { body: record } = await admin.get(`${RESOURCE}/${id}`);
    const statuses = [
      await admin.put(RESOURCE, { ...record, SystemId: 'crm-1' }),
      await admin.get(`${RESOURCE}?RefreshToken_SystemId=crm-1`),
      await admin.delete(`${RESOURCE}/${id}`),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200]);
  });

  it('changes by another process are known within a second, without notices', async () => {
    const tokens = await login(service, 'all', 'keys');
    expect(await runCli(service.dataDir, ['keys', 'rotate', '--now'], '', { DATABASE_URL: url })).toMatchObject({
      code: 0,
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await isAlive(service, tokens)).toBe(false);
  });
});
