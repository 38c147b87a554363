import { URI, type TOTP } from 'otpauth';
import type pg from 'pg';
import { startBehindProxy } from '../support/behind-proxy.js';
import { runCli } from '../support/cli.js';
import { basicOf, create, passwordOf, RESOURCE, validRecord, type Client } from '../support/client.js';
import type { DatabaseProxy } from '../support/database-proxy.js';
import { type Service } from '../support/service.js';
import {
  ask,
  askRefresh,
  disposeWithoutLeaks,
  login,
  refresh,
  the,
  tokensOf,
  totpStepWith,
  type SessionRecord,
  type Tokens,
} from '../support/sessions.js';

const CLIENTS = 8;
const CUTS = 30;
const POOL_SIZE = 4;
const UNKNOWN = 'The database cannot be reached; whether the request was carried out is not known.';
/** The server process that waits for a lock. */
const WAITING = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

let service: Service;
let admin: Client;
let proxy: DatabaseProxy;
let database: pg.Client;
beforeAll(async () => {
  ({ service, proxy, database } = await startBehindProxy({
    DATABASE_LOCK_TIMEOUT: '1',
    DATABASE_POOL_SIZE: String(POOL_SIZE),
  }));
  admin = service.client(basicOf('admin'));
});
afterAll(async () => {
  await database.end();
  await disposeWithoutLeaks(service);
  await proxy.cut();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const busy = (message: string) => ({ Status: 503, Message: message, Value: null, Errors: null, WasSuccessful: false });

describe('a database that is away', () => {
  it('is a 503 with Retry-After on every route, and the service recovers when the database is back', async () => {
    const tokens = await login(service, 'all');
    const bearer = service.client(`Bearer ${tokens.access}`);
    await proxy.cut();
    const answers = [
      await bearer.get(`${RESOURCE}/1`),
      await admin.get(RESOURCE),
      await admin.delete(`${RESOURCE}/1`),
      await askRefresh(service, tokens.refresh),
      await service.client().get('/health/ready'),
    ];
    const seen = answers.map(({ status, headers }) => [status, Number(headers.get('retry-after')) > 0]);
    expect(seen).toEqual(answers.map(() => [503, true]));
    expect((await service.client().get('/health/live')).status).toBe(200);
    await proxy.restore();
    const next = await refresh(service, tokens);
    expect((await service.client(`Bearer ${next.access}`).get(RESOURCE)).status).toBe(200);
    expect((await service.client().get('/health/ready')).status).toBe(200);
  });

  it('takes no session from clients that retry while their connections are cut repeatedly', async () => {
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, n) => [`cut-${n}`, await login(service, 'all', `cut-${n}`)] as const),
    );
    const over = new AbortController();
    const going = clients.map(([client, tokens]) => refreshUntil(over.signal, client, tokens));
    for (let n = 0; n < CUTS; n++) {
      await pause(50);
      await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tessera' AND datname = current_database()`,
      );
    }
    over.abort();
    const refreshes = await Promise.all(going);
    expect(Math.min(...refreshes)).toBeGreaterThan(0);
  });

  it.each([
    ['between two statements', 'SELECT FROM refresh_tokens WHERE id = $1 FOR UPDATE'],
    ['before the commit', 'LOCK TABLE audit_trail_entries IN SHARE MODE'],
  ])('is a 503 when the connection of a transaction breaks %s, and nothing was written', async (_moment, lock) => {
    await login(service, 'all', 'broken');
    const [record] = (await admin.get(`${RESOURCE}?RefreshToken_ClientId=broken`)).body.Records as SessionRecord[];
    const { Id } = the(record);
    await database.query('BEGIN');
    await database.query(lock, lock.includes('$1') ? [Id] : []);
    const updating = admin.put(RESOURCE, { ...record, Subject: 'edited@example.com' });
    const pid = await until(WAITING);
    // The answer that the transaction waits for arrives together with the end of its connection.
    proxy.freeze();
    await database.query('ROLLBACK');
    await until(`SELECT pid FROM pg_stat_activity WHERE pid = ${pid} AND state = 'idle in transaction'`);
    await database.query('SELECT pg_terminate_backend($1)', [pid]);
    proxy.thaw();
    const { status, headers, body } = await updating;
    expect([status, headers.get('retry-after'), body]).toEqual([503, '5', busy(UNKNOWN)]);
    expect((await admin.get(`${RESOURCE}/${Id}`)).body).toEqual(record);
  });
});

describe('a 503 for a request that the database may have carried out', () => {
  it('says so when the connection breaks and the next connection is refused; the same token then gets the next token', async () => {
    const tokens = await login(service, 'all', 'perhaps');
    await database.query('BEGIN');
    await database.query('LOCK TABLE refresh_tokens');
    const refreshing = askRefresh(service, tokens.refresh, 'perhaps');
    const pid = await until(WAITING);
    proxy.freeze();
    await database.query('ROLLBACK');
    await until(`SELECT pid FROM pg_stat_activity WHERE pid = ${pid} AND state = 'idle'`);
    await proxy.cut();
    const { status, body } = await refreshing;
    expect([status, body.error_description]).toEqual([503, UNKNOWN]);
    proxy.thaw();
    await proxy.restore();
    expect((await askRefresh(service, tokens.refresh, 'perhaps')).status).toBe(200);
    const { rows } = await database.query(
      `SELECT generation - first_generation AS steps FROM refresh_tokens WHERE client_id = 'perhaps'`,
    );
    expect(Number(rows[0].steps)).toBe(1);
  });

  it('says so when no session could be started but the user’s code is used up', async () => {
    const { stdout } = await runCli(service.dataDir, ['totp', 'enable', 'edit@example.com']);
    const factor = URI.parse(stdout.trim()) as TOTP;
    const codeOfStep = (step: number) => factor.generate({ timestamp: Date.now() + step * 30_000 });
    const form = { grant_type: 'password', username: 'edit@example.com', password: passwordOf('edit') };
    await totpStepWith(20);
    // Either the session cannot be written, or the attempt cannot be given back.
    await database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'canceled' USING ERRCODE = 'lock_not_available'; END $$`);
    for (const [step, trigger] of [
      [-1, 'BEFORE INSERT OR UPDATE ON refresh_tokens FOR EACH ROW'],
      [0, 'BEFORE UPDATE ON login_throttles FOR EACH ROW WHEN (NEW.failures = 0)'],
    ] as const) {
      await database.query(`CREATE TRIGGER refusal ${trigger} EXECUTE FUNCTION refuse()`);
      const { status, body } = await ask(service, { ...form, totp: codeOfStep(step) });
      await database.query(
        `DROP TRIGGER refusal ON ${trigger.includes('login') ? 'login_throttles' : 'refresh_tokens'}`,
      );
      expect([status, body.error_description]).toEqual([503, UNKNOWN]);
    }
    await database.query('DROP FUNCTION refuse');
    tokensOf(await ask(service, { ...form, totp: codeOfStep(1) }));
  });
});

it('a server without free disk space is a 503, and the request is undone', async () => {
  await database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$`);
  await database.query(
    'CREATE TRIGGER full_disk BEFORE INSERT ON refresh_tokens FOR EACH ROW EXECUTE FUNCTION refuse()',
  );
  const answers = await Promise.all([1, 2, 3].map(() => admin.post(RESOURCE, validRecord())));
  await database.query('DROP FUNCTION refuse CASCADE');
  const expected = [503, busy('The database is short of disk or memory; nothing was written.')];
  expect(answers.map(({ status, body }) => [status, body])).toEqual([expected, expected, expected]);
  expect(await create(admin)).toBeGreaterThan(0);
});

/** Waits for a connection that matches the query, and returns its server process. */
async function until(query: string): Promise<number> {
  for (;;) {
    const { rows } = await database.query<{ pid: number }>(query);
    if (rows[0]) return rows[0].pid;
    await pause(10);
  }
}

/**
 * Refreshes as a well-behaved client does: repeats a refresh with the same token until it gets an answer. Returns the number of successful
 * refreshes: at least one, however busy the machine is.
 */
async function refreshUntil(over: AbortSignal, client: string, { refresh: first }: Tokens): Promise<number> {
  let [token, count] = [first, 0];
  while (!over.aborted || count === 0) {
    const answer = await askRefresh(service, token, client);
    if (answer.status === 503) continue;
    token = tokensOf(answer).refresh;
    count++;
  }
  tokensOf(await askRefresh(service, token, client));
  return count;
}

describe('limits of time', () => {
  it('a request waits for a lock no longer than DATABASE_LOCK_TIMEOUT', async () => {
    const id = await create(admin);
    await database.query('BEGIN');
    await database.query('SELECT FROM refresh_tokens WHERE id = $1 FOR UPDATE', [id]);
    const { status, headers, body } = await admin.delete(`${RESOURCE}/${id}`);
    await database.query('ROLLBACK');
    expect([status, headers.get('retry-after'), body]).toEqual([
      503,
      '5',
      busy('The database took too long; nothing was written.'),
    ]);
    expect((await admin.delete(`${RESOURCE}/${id}`)).status).toBe(200);
  });

  it('the service opens no more than DATABASE_POOL_SIZE connections, however many requests arrive', async () => {
    await Promise.all(Array.from({ length: 100 }, () => admin.get(RESOURCE)));
    const { rows } = await database.query(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'tessera' AND datname = current_database()`,
    );
    expect(rows[0].count).toBe(POOL_SIZE);
  });
});
