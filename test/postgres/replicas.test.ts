import pg from 'pg';
import { runCli } from '../support/cli.js';
import { basicOf, RESOURCE } from '../support/client.js';
import { newSigner, signed } from '../support/client-keys.js';
import { databaseUrl, newData } from '../support/data.js';
import { askWith, call, passwordForm, ProvingKey } from '../support/proofs.js';
import { change, register } from '../support/registry.js';
import { Service } from '../support/service.js';
import {
  ask,
  askLogin,
  askRefresh,
  disposeWithoutLeaks,
  expectRefused,
  isAlive,
  login,
  refresh,
  revoke,
  the,
  tokensOf,
} from '../support/sessions.js';

/** Nothing that a replica has cached stays wrong for longer than this. */
const STALE_MS = 1_000;

let replicas: [Service, Service, Service];
let dataDir: string;
let database: pg.Client;
beforeAll(async () => {
  dataDir = await newData();
  // All replicas have one issuer, whichever replica a client reached.
  const start = () => Service.startOn(dataDir, { PUBLIC_URL: 'https://tessera.example.com' });
  replicas = [await start(), await start(), await start()];
  database = new pg.Client({ connectionString: databaseUrl(dataDir) });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  const [first, ...others] = replicas;
  for (const replica of others) await replica.end();
  await disposeWithoutLeaks(first);
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const command = async (...args: string[]): Promise<void> => {
  expect(await runCli(dataDir, args)).toMatchObject({ code: 0 });
};
const everywhere = async <T>(ask: (replica: Service) => Promise<T>): Promise<T[]> => Promise.all(replicas.map(ask));
const eventsOf = async (kind: string): Promise<number> => {
  const { rows } = await database.query('SELECT count(*) FROM audit_trail_entries WHERE kind = $1', [kind]);
  return Number(rows[0].count);
};

/** Cuts connections every 50 ms. The connection of the test takes one query at a time. */
async function cutUntil(over: AbortSignal, cut: string): Promise<void> {
  while (!over.aborted) {
    await database.query(cut);
    await pause(50);
  }
}

describe('three replicas on one database', () => {
  it('know an assertion of a client that another one has seen: it is good once at all replicas', async () => {
    const { jwks, assertion } = await newSigner('signing');
    await register(replicas[0], 'signing', { AuthenticationMethod: 'private_key_jwt', Jwks: jwks });
    await pause(STALE_MS);
    const form = { grant_type: 'client_credentials', ...signed(await assertion('https://tessera.example.com')) };
    const answers = await Promise.all(
      [...replicas, ...replicas].map((replica) => replica.client().form('POST', '/api/token', form)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400]);
  });

  it('know a change of a client: for its sessions immediately, for sign-ins within a second', async () => {
    const [a] = replicas;
    const id = await register(a, 'replicated');
    const tokens = the((await everywhere((replica) => login(replica, 'all', 'replicated'))).at(-1));
    await change(a, id, { Enabled: false });
    expect(await everywhere((replica) => isAlive(replica, tokens))).toEqual([false, false, false]);
    await pause(STALE_MS);
    const answers = await everywhere((replica) => askLogin(replica, 'all', 'replicated'));
    expect(answers.map(({ body }) => body.error)).toEqual(answers.map(() => 'unauthorized_client'));
  });

  it('are one authority: a session continues at any replica, and an ended session is dead at all', async () => {
    const [a, b, c] = replicas;
    const first = await login(a, 'all');
    const second = await refresh(b, first);
    const third = await refresh(c, second);
    expect(await everywhere((replica) => isAlive(replica, third))).toEqual([true, true, true]);
    await revoke(b, third.refresh);
    expect(await everywhere((replica) => isAlive(replica, third))).toEqual([false, false, false]);
    await everywhere((replica) => expectRefused(replica, third.refresh));
  });

  it('rotate a token once, even when clients present it to several replicas', async () => {
    for (let round = 0; round < 20; round++) {
      const { refresh: token } = await login(replicas[0], 'all', `race-${round}`);
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, n) => askRefresh(the(replicas[n % 3]), token, `race-${round}`)),
      );
      expect(new Set(answers.map((answer) => tokensOf(answer).refresh)).size).toBe(1);
    }
  });

  it('take one proof once, even when clients send it to several replicas, and know each other’s nonces', async () => {
    const key = await ProvingKey.make();
    const publicUrl = 'https://tessera.example.com';
    const form = passwordForm('all', 'proved');
    const statusesOf = async (count: number, ask: (replica: Service) => Promise<{ status: number }>) => {
      const answers = await Promise.all(Array.from({ length: count }, (_, n) => ask(the(replicas[n % 3]))));
      return answers.map(({ status }) => status).sort();
    };
    let access = '';
    for (let round = 0; round < 5; round++) {
      const proof = await key.prove(replicas[0], { publicUrl });
      const answers = await Promise.all(replicas.map((replica) => askWith(replica, proof, form)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
      ({ access } = tokensOf(the(answers.find(({ status }) => status === 200))));
    }
    for (let round = 0; round < 10; round++) {
      const dpop = await key.prove(replicas[0], { method: 'GET', path: RESOURCE, access, publicUrl });
      const send = (replica: Service) => replica.client(`DPoP ${access}`).send('GET', RESOURCE, { headers: { dpop } });
      const statuses = await statusesOf(12, send);
      expect(statuses).toEqual([200, ...Array.from({ length: 11 }, () => 401)]);
    }
    const refused = await call(replicas[0], key, access, { publicUrl, claims: { nonce: 'unknown' } });
    const nonce = refused.headers.get('dpop-nonce');
    for (const replica of replicas)
      expect((await call(replica, key, access, { publicUrl, claims: { nonce } })).status).toBe(200);
  });

  it('know changes by a command immediately: roles, users, sessions', async () => {
    const tokens = await login(replicas[1], 'list');
    const statuses = () =>
      everywhere(
        async (replica) => (await replica.client(`Bearer ${tokens.access}`).get(`${RESOURCE}/999999999`)).status,
      );
    expect(await statuses()).toEqual([403, 403, 403]);
    await command('users', 'grant', 'list@example.com', 'RefreshToken-Read');
    expect(await statuses()).toEqual([404, 404, 404]);
    await command('users', 'disable', 'list@example.com');
    expect(await statuses()).toEqual([401, 401, 401]);
  });

  it('count the failures at all replicas together', async () => {
    const guess = (replica: Service) =>
      ask(replica, { grant_type: 'password', username: 'edit@example.com', password: 'wrong' });
    const statuses: number[] = [];
    for (let n = 0; n < 9; n++) statuses.push((await guess(the(replicas[n % 3]))).status);
    expect(statuses.slice(0, 5)).toEqual([400, 400, 400, 400, 400]);
    expect(statuses).toContain(429);
  });

  it.each(['with a notice', 'without one, since their connections were cut'])(
    'refuse tokens of an earlier signing key within a second, %s',
    async (how) => {
      const tokens = await login(replicas[0], 'read');
      expect(await everywhere((replica) => isAlive(replica, tokens))).toEqual([true, true, true]);
      const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tessera notices'`;
      const over = new AbortController();
      const cutting = how.startsWith('without') ? cutUntil(over.signal, cut) : undefined;
      await command('keys', 'rotate', '--now');
      await pause(STALE_MS);
      const alive = await everywhere((replica) => isAlive(replica, tokens));
      over.abort();
      await cutting;
      expect(alive).toEqual([false, false, false]);
      const next = await login(replicas[2], 'read');
      expect(await everywhere((replica) => isAlive(replica, next))).toEqual([true, true, true]);
    },
  );

  it('listen for notices again after their connections were cut', async () => {
    const listening = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tessera notices' AND state = 'idle'
      AND datname = current_database()`;
    for (let n = 0; n < 600 && Number((await database.query(listening)).rows[0].count) < 3; n++) await pause(100);
    expect(Number((await database.query(listening)).rows[0].count)).toBe(3);
  });

  it('run a job on one replica at a time', async () => {
    const [before, rows] = [await eventsOf('record-deleted'), 3_000];
    await database.query(
      `INSERT INTO refresh_tokens (unique_id, subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, updated_by, updated_on)
        SELECT gen_random_uuid(), 'gone', 'gone', now() - interval '1 year', 't', 'h', 's', 'x', now() - interval '1 year'
        FROM generate_series(1, ${rows})`,
    );
    const runs = await Promise.all([1, 2, 3].map(() => runCli(dataDir, ['jobs', 'run', 'expired-records', '--json'])));
    const done = runs.filter(({ code }) => code === 0);
    const refused = runs.filter(({ code }) => code !== 0);
    for (const { stderr } of refused) expect(stderr).toBe('The job expired-records runs already.\n');
    const { rows: left } = await database.query(`SELECT id FROM refresh_tokens WHERE subject = 'gone'`);
    expect([done.length > 0, left, (await eventsOf('record-deleted')) - before]).toEqual([true, [], rows]);
    const { body } = await replicas[0]
      .client(basicOf('admin'))
      .get('/api/sys/audittrailentries?AuditTrailEntry_Subject=gone&size=1');
    expect(body.Records[0]).toMatchObject({ Kind: 'record-deleted', Actor: 'service', Reason: 'expired' });
  });
});
