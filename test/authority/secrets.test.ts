import { URI, type TOTP } from 'otpauth';
import { runCli } from '../support/cli.js';
import { basicOf, passwordOf, RESOURCE } from '../support/client.js';
import { secretOf } from '../support/codec.js';
import { USERS } from '../support/fixtures.mjs';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  ask,
  askLogin,
  disposeWithoutLeaks,
  introspect,
  isAlive,
  keepSecret,
  login,
  recordOf,
  refresh,
  the,
  tokensOf,
  type Tokens,
} from '../support/sessions.js';

const NEXT = 'the next secret, which is long enough for what it is for';
const LAST = 'the last secret, which is as long as the second secret';
const HASHES = `SELECT password_hash FROM users WHERE email = 'read@example.com'`;

let service: Service;
let first: string;
let totp: TOTP;
let seen: string[];
let hashes: unknown;

beforeAll(async () => {
  service = await Service.start();
  await service.freeData();
  const { stdout } = await runCli(service.dataDir, ['totp', 'enable', 'edit@example.com']);
  hashes = await runSql(service.dataDir, HASHES);
  totp = URI.parse(stdout.trim()) as TOTP;
  first = secretOf(service.dataDir);
  seen = [first, NEXT, LAST, totp.secret.base32];
  keepSecret(...seen);
  await service.resume();
});
afterAll(() => disposeWithoutLeaks(service));

const restart = async (secret: string, ...previous: string[]): Promise<void> => {
  await service.end();
  await service.resume({ TESSERA_SECRET: secret, TESSERA_SECRET_PREVIOUS: previous.join(',') });
};

const signInWithCode = async (): Promise<Tokens> => {
  const form = { grant_type: 'password', username: 'edit@example.com', password: passwordOf('edit') };
  const code = totp.generate({ timestamp: Date.now() + 30_000 });
  return tokensOf(await ask(service, { ...form, totp: code }));
};

describe('a change of TESSERA_SECRET', () => {
  let kept: Tokens;
  let before: Tokens;
  let current: Tokens;

  it('keeps sessions and access tokens; a retry across the change gets the same token', async () => {
    kept = await login(service, 'all', 'kept');
    before = await login(service, 'all', 'retried');
    current = await refresh(service, before, 'retried');
    await restart(NEXT, first);
    expect([await isAlive(service, kept), await isAlive(service, current)]).toEqual([true, true]);
    expect((await introspect(service, kept.refresh)).body.active).toBe(true);
    expect((await refresh(service, before, 'retried')).refresh).toBe(current.refresh);
    current = await refresh(service, current, 'retried');
    kept = await refresh(service, await refresh(service, kept, 'kept'), 'kept');
  });

  it('keeps the second factor', async () => {
    expect(await isAlive(service, await signInWithCode())).toBe(true);
  });

  it('is complete when every client has refreshed: then nothing needs the earlier secret any more', async () => {
    await restart(NEXT);
    for (const tokens of [kept, current]) {
      expect(await isAlive(service, tokens)).toBe(true);
      expect((await introspect(service, tokens.refresh)).body.active).toBe(true);
    }
    kept = await refresh(service, kept, 'kept');
    await runSqlBetween(`UPDATE users SET totp_last_step = NULL`);
    expect(await isAlive(service, await signInWithCode())).toBe(true);
  });

  it('keeps passwords and MACs, also of users who did not sign in meanwhile', async () => {
    expect((await askLogin(service, 'read')).status).toBe(200);
    expect((await service.client(basicOf('admin')).get(RESOURCE)).status).toBe(200);
    expect(await runSqlBetween(HASHES)).not.toEqual(hashes);
  });

  it('without the earlier secret is refused, and the message says what to do', async () => {
    await service.end();
    const started = service.resume({ TESSERA_SECRET: LAST, TESSERA_SECRET_PREVIOUS: '' });
    await expect(started).rejects.toThrow(/TESSERA_SECRET_PREVIOUS/);
    expect(await service.end()).toBe(1);
    expect(service.log).not.toMatch(/^\s+at /m);
  });

  it('can be undone', async () => {
    await service.resume({ TESSERA_SECRET: NEXT });
    expect(await isAlive(service, kept)).toBe(true);
  });
});

async function runSqlBetween(sql: string): Promise<Record<string, string>[]> {
  await service.freeData();
  const rows = await runSql(service.dataDir, sql);
  await service.resume();
  return rows;
}

describe('the database', () => {
  it('holds no token, no password and no secret, nor a private key in clear', async () => {
    const tokens = await refresh(service, await login(service, 'all', 'dumped'), 'dumped');
    const feature = ['users', 'login_throttles', 'refresh_tokens', 'signing_keys', 'jobs'];
    const added = [
      'clients',
      'client_assertions',
      'dpop_proofs',
      'session_cutoffs',
      'erasures',
      'event_counts',
      'session_counts',
      'event_counts_progress',
    ];
    const tables = [...feature, ...added, 'audit_trail_entries', 'audit_seals'];
    const dumped = tables.map((table) => `SELECT coalesce(string_agg(t::text, ' '), '') AS t FROM ${table} t`);
    const rows = await runSqlBetween(dumped.join(' UNION ALL '));
    const count = await runSqlBetween(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
    expect(count.map(({ tablename }) => tablename).sort()).toEqual([...tables, 'migrations'].sort());
    const dump = JSON.stringify(rows);
    expect(dump).toContain('all@example.com');
    const secrets = [...seen, tokens.refresh, tokens.refresh.slice(4), ...tokens.access.split('.')];
    for (const { password } of USERS) secrets.push(password);
    expect(secrets.filter((secret) => dump.includes(secret))).toEqual([]);
    expect(dump).not.toMatch(/\\?"d\\?":|tsr_|PRIVATE/);
  });

  it('contains sealed tickets that cannot be opened in another row', async () => {
    const [one, other] = [await login(service, 'all', 'one'), await login(service, 'all', 'other')];
    expect((await introspect(service, other.refresh)).body.active).toBe(true);
    await runSqlBetween(`UPDATE refresh_tokens SET protected_ticket =
      (SELECT protected_ticket FROM refresh_tokens WHERE client_id = 'one' AND issued) WHERE client_id = 'other'`);
    expect((await introspect(service, other.refresh)).text).toBe('{"active":false}');
    expect((await introspect(service, one.refresh)).body.active).toBe(true);
    expect(the(await recordOf(service, other)).ProtectedTicket).toBe(the(await recordOf(service, one)).ProtectedTicket);
  });
});

it('a session continues, however many logins its row has had', async () => {
  const old = await login(service, 'all', 'worn');
  await runSqlBetween(`UPDATE refresh_tokens SET generation = 4294967290 WHERE client_id = 'worn'`);
  let tokens = await login(service, 'all', 'worn');
  for (let n = 0; n < 20; n++) tokens = await refresh(service, tokens, 'worn');
  expect(await isAlive(service, tokens)).toBe(true);
  expect((await introspect(service, old.refresh)).body.active).toBe(false);
  const { body } = await service.client(basicOf('admin')).get(`${RESOURCE}?RefreshToken_ClientId=worn`);
  expect(body.TotalItems).toBe(1);
});
