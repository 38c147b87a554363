import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { basicOf, create, RESOURCE, type Client } from '../support/client.js';
import { databaseUrl, newData } from '../support/data.js';
import { freePort, Service } from '../support/service.js';
import { askRefresh, disposeWithoutLeaks, isAlive, login, refresh, the, tokensOf } from '../support/sessions.js';

const PGBOUNCER = '/usr/sbin/pgbouncer';
const isInstalled = existsSync(PGBOUNCER);
const CLIENTS = 20;
const REFRESHES = 15;

let folder: string;
let pooler: ChildProcess;
let service: Service;
let admin: Client;
let url: string;

/** PgBouncer in transaction mode, with fewer connections to the server than the service has to it. */
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
if (!isInstalled) console.warn(`${PGBOUNCER} is not installed: what goes through it is not tested.`);

suite('through PgBouncer in transaction mode', () => {
  beforeAll(async () => {
    const dataDir = await newData();
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

  it('sessions live as they do without it, many at once', async () => {
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

  it('what another process changed is known within a second, without notices', async () => {
    const tokens = await login(service, 'all', 'keys');
    expect(await runCli(service.dataDir, ['keys', 'rotate', '--now'], '', { DATABASE_URL: url })).toMatchObject({
      code: 0,
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await isAlive(service, tokens)).toBe(false);
  });
});
