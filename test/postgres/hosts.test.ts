import pg from 'pg';
import { basicOf, RESOURCE } from '../support/client.js';
import { databaseUrl, newData } from '../support/data.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { startPostgres } from '../support/postgres-server.mjs';
import { freePort, Service } from '../support/service.js';
import { disposeWithoutLeaks, login, refresh, seconds, the, type SessionRecord } from '../support/sessions.js';

let dataDir: string;
let url: URL;
let database: pg.Client;
beforeEach(async () => {
  dataDir = await newData();
  url = new URL(the(databaseUrl(dataDir)));
  database = new pg.Client({ connectionString: url.href });
  await database.connect();
});

/** Ends the service and the connection of the test, and deletes the database. */
async function finish(service: Service): Promise<void> {
  await database.end();
  await disposeWithoutLeaks(service);
}

/** The URL of the database with this list of hosts, each with its port. */
function withHosts(...hosts: readonly string[]): string {
  const { username, password, pathname } = url;
  return `postgres://${username}${password && `:${password}`}@${hosts.join(',')}${pathname}`;
}

const hostOf = (href: string): string => new URL(href).host;

it('the service uses the first of several hosts that accepts writes: one host is dead, another is a standby', async () => {
  // The same role and password as those of the server that the suites start.
  const standby = await startPostgres([], { isStandby: true });
  const hosts = withHosts(`127.0.0.1:${await freePort()}`, hostOf(standby.url), url.host);
  const service = await Service.startOn(dataDir, { DATABASE_URL: hosts });
  await refresh(service, await login(service, 'all'));
  await standby.stop();
  await finish(service);
});

it('the service switches to the next host when a host goes away, and back to the first, without losing a session', async () => {
  const [first, second] = [await DatabaseProxy.start(url.href), await DatabaseProxy.start(url.href)];
  await second.cut();
  const service = await Service.startOn(dataDir, { DATABASE_URL: withHosts(hostOf(first.url), hostOf(second.url)) });
  let tokens = await login(service, 'all');
  for (const [from, to] of [
    [first, second],
    [second, first],
  ] as const) {
    await to.restore();
    await from.cut();
    tokens = await refresh(service, tokens);
  }
  await finish(service);
  await first.cut();
});

it('a silent host does not prevent the service from using the next host', async () => {
  const [silent, answers] = [await DatabaseProxy.start(url.href), await DatabaseProxy.start(url.href)];
  silent.freeze();
  const service = await Service.startOn(dataDir, { DATABASE_URL: withHosts(hostOf(silent.url), hostOf(answers.url)) });
  await refresh(service, await login(service, 'all'));
  await finish(service);
  silent.thaw();
  await silent.cut();
  await answers.cut();
});

it('the service abandons a connection whose server has become read-only', async () => {
  const service = await Service.startOn(dataDir, { DATABASE_POOL_SIZE: '1' });
  const admin = service.client(basicOf('admin'));
  await login(service, 'all', 'left');
  const [record] = (await admin.get(`${RESOURCE}?RefreshToken_ClientId=left`)).body.Records as SessionRecord[];
  const connection = async (): Promise<unknown> => {
    const { rows } = await database.query(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'tessera' AND datname = current_database()`,
    );
    return rows;
  };
  const before = await connection();
  // As a primary that came back as a standby behind the same address.
  await database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'cannot execute UPDATE in a read-only transaction' USING ERRCODE = 'read_only_sql_transaction'; END $$`);
  await database.query('CREATE TRIGGER standby BEFORE UPDATE ON refresh_tokens FOR EACH ROW EXECUTE FUNCTION refuse()');
  const { status, body } = await admin.put(RESOURCE, { ...record, SystemId: 'crm-1' });
  expect([status, body.Message]).toEqual([503, expect.stringMatching(/nothing was written/)]);
  await database.query('DROP FUNCTION refuse CASCADE');
  expect((await admin.put(RESOURCE, { ...record, SystemId: 'crm-1' })).status).toBe(200);
  await seconds(0.1);
  const after = await connection();
  expect(after).toHaveLength(1);
  expect(after).not.toEqual(before);
  await finish(service);
});

it('a read-only database is a 503, and the service recovers when the database accepts writes again', async () => {
  const service = await Service.startOn(dataDir, { DATABASE_POOL_SIZE: '1' });
  const admin = service.client(basicOf('admin'));
  const { pathname } = url;
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tessera' AND datname = current_database()`;
  await database.query(`ALTER DATABASE ${pathname.slice(1)} SET default_transaction_read_only = on`);
  await database.query(cut);
  const answers: number[] = [];
  // The service learns only when it reads that its connection has ended, and logs a request after it has answered.
  for (let n = 0; n < 200 && !service.log.includes('default_transaction_read_only is on'); n++) {
    answers.push((await admin.get(RESOURCE)).status);
    await seconds(0.05);
  }
  expect(answers.at(-1)).toBe(503);
  expect(service.log).toContain('default_transaction_read_only is on');
  await database.query('SET default_transaction_read_only = off');
  await database.query(`ALTER DATABASE ${pathname.slice(1)} RESET default_transaction_read_only`);
  expect((await admin.get(RESOURCE)).status).toBe(200);
  await finish(service);
});
