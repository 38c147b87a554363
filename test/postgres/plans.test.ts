import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { basicOf, idsOf, passwordOf, RESOURCE, validRecord, type Client } from '../support/client.js';
import { runCli } from '../support/cli.js';
import { databaseUrl, newData } from '../support/data.js';
import { SECRET } from '../support/fixtures.mjs';
import { useCutoffs, useErasures, useExamination, useStatistics, useUsers } from '../support/planned-requests.js';
import { Service } from '../support/service.js';
import { askWith, ProvingKey } from '../support/proofs.js';
import { MAY_BE_SENT, namesInCode, NOT_SENT, READS_ALL } from '../support/statement-names.js';
import { ask, disposeWithoutLeaks, seconds, tokensOf } from '../support/sessions.js';
import { useAccount, useClients } from '../support/used-routes.js';

const ROWS = 1_000_000;
const SEED = join(import.meta.dirname, '../bench/seed.mjs');
const STATEMENT_LOG = join(import.meta.dirname, '../support/statement-log.mjs');
const PASSWORD = 'the password of every seeded user';
const LARGE = new Set(['refresh_tokens', 'audit_trail_entries', 'users']);
/** More rows than a page, or than the few records of one user or client. */
const MANY = ROWS / 5;
const DATES = ['ExpiresOn', 'CreatedOn'];
const ORDERS = [
  'Id',
  'Subject',
  'ClientId',
  'ExpiresOn',
  'CreatedOn',
  'UniqueId',
  'UpdatedBy',
  'IsNew',
  'SystemId',
  'ToStringText',
];
/** Searches that share a statement. */
const SHARED = ['Subject=user77@example.com', 'ClientId=web-app'].flatMap((filter) => [filter, `${filter}&dir=1`]);
const EVENT = `INSERT INTO audit_trail_entries (created_on, kind, actor, subject, client_id, session_id, record_ids)
  SELECT now() - make_interval(secs => ${ROWS} - n), CASE n % 3 WHEN 0 THEN 'session-ended' ELSE 'record-read' END, 'admin@example.com', 'user' || n % 5000 || '@example.com', 'web-app',
    gen_random_uuid(), ARRAY[n] FROM generate_series(1, ${ROWS}) n`;

interface Sent {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly string[];
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly Plan[];
}

let service: Service;
let admin: Client;
let folder: string;
let database: pg.Client;

beforeAll(async () => {
  const dataDir = await newData();
  folder = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  const url = databaseUrl(dataDir);
  if (!url) throw new Error('This suite needs PostgreSQL.');
  await promisify(execFile)(process.execPath, [SEED, '--rows', String(ROWS)], {
    env: { PATH: process.env['PATH'], DATABASE_URL: url, TESSERA_SECRET: SECRET },
  });
  database = new pg.Client({ connectionString: url });
  await database.connect();
  await database.query(EVENT);
  await database.query('VACUUM ANALYZE audit_trail_entries');
  service = await Service.startOn(dataDir, { ...logged(), INTROSPECTION_DEVICE: 'on', MAX_SESSIONS_PER_USER: '1000' });
  admin = service.client(basicOf('admin'));
}, 400_000);
afterAll(async () => {
  await database.end();
  await disposeWithoutLeaks(service);
  rmSync(folder, { recursive: true });
});

const logged = () => ({ NODE_OPTIONS: `--import ${STATEMENT_LOG}`, STATEMENT_LOG: join(folder, 'log') });

/**
 * Sends every kind of request, except searches and orders by UpdatedOn, TicketHash and TicketSalt: these have no index, since every rotation changes
 * them.
 */
async function useEverything(): Promise<void> {
  const [id = 0, other = 0] = idsOf(await admin.get(`${RESOURCE}?size=2&page=1000`));
  const { body: record } = await admin.get(`${RESOURCE}/${id}`);
  const filters = [
    ...['Subject', 'ClientId', 'ProtectedTicket', 'SystemId', 'UniqueId', 'UpdatedBy', 'Id'].map(
      (member) => `RefreshToken_${member}=${encodeURIComponent(record[member] ?? 'crm-1')}`,
    ),
    'RefreshToken_Subject=user77*',
    'RefreshToken_SystemId=crm-77*',
    'RefreshToken_SystemId=null',
    'RefreshToken_ExpiresOn=null',
    ...DATES.flatMap((date) => [
      `from_RefreshToken_${date}=${record[date]}`,
      `to_RefreshToken_${date}=${record[date]}`,
    ]),
    'RefreshToken_ClientId=web-app',
    '',
  ];
  for (const filter of filters) {
    for (const order of ORDERS) {
      for (const dir of [0, 1]) await expectPage(`${filter}&orderBy=${order}&dir=${dir}`);
    }
    await expectPage(`${filter}&page=2000`);
  }
  for (const filter of SHARED)
    await Promise.all(Array.from({ length: 20 }, () => expectPage(`RefreshToken_${filter}`)));
  await expectPage('size=10000');
  await useExamination(admin);
  await expectEvents('size=10000', '', 'orderBy=CreatedOn&dir=1', 'AuditTrailEntry_Subject=user77@example.com');
  await expectEvents(
    `AuditTrailEntry_SessionId=${record.UniqueId}`,
    'from_AuditTrailEntry_CreatedOn=2026-01-01T00:00Z',
  );
  await admin.get(`${RESOURCE}?id=[${id},${other}]`);
  await useFeed();
  await useSessions();
  await useUsers(admin);
  await useCutoffs(admin, service, PASSWORD);
  await useStatistics(admin);
  await useErasures(admin, service);
  await useAccount(service, PASSWORD);
  await useClients(service, PASSWORD);
  await admin.put(RESOURCE, { ...record, SystemId: 'crm-2' });
  const { access } = tokensOf(
    await ask(service, { grant_type: 'password', username: 'admin@example.com', password: passwordOf('admin') }),
  );
  const bearer = service.client(`Bearer ${access}`);
  await Promise.all(Array.from({ length: 50 }, () => bearer.post(RESOURCE, validRecord())));
  for (let n = 0; n < 2; n++) await bearer.get(`${RESOURCE}/${id}`);
  for (const filter of SHARED) await bearer.get(`${RESOURCE}?RefreshToken_${filter}`);
  const { body: made } = await admin.post(RESOURCE, validRecord());
  await admin.send('DELETE', `${RESOURCE}/${made.Value.Id}`, { headers: { 'if-match': '*' } });
}

async function expectPage(query: string): Promise<void> {
  const { status, text } = await admin.get(`${RESOURCE}?${query}`);
  if (status !== 200) throw new Error(`${query}: ${status} ${text}`);
}

async function expectEvents(...queries: string[]): Promise<void> {
  for (const query of queries) expect((await admin.get(`/api/sys/audittrailentries?${query}`)).status).toBe(200);
}

/** Reads the feed of ended sessions, which are a third of the events, from its beginning and after cursors. */
async function useFeed(): Promise<void> {
  const { body } = await admin.get('/api/token/revocations');
  expect(body.sessions.length).toBeGreaterThan(1_000);
  for (const query of [`since=${body.cursor}`, `since=${body.cursor}&wait=2`, 'since=5-10-1-0'])
    expect((await admin.get(`/api/token/revocations?${query}`)).status).toBe(200);
}

/** Signs in, refreshes, retries, replays, guesses a client and revokes. */
async function useSessions(): Promise<void> {
  const form = { username: 'user1@example.com', password: PASSWORD, grant_type: 'password' };
  const first = tokensOf(await ask(service, form, 'web-app'));
  const renew = (token: string) => ask(service, { grant_type: 'refresh_token', refresh_token: token }, 'web-app');
  const renewHeld = async (token: string) => {
    await database.query(`BEGIN; SELECT FROM refresh_tokens WHERE subject = '${form.username}' FOR UPDATE`);
    const [answer] = await Promise.all([renew(token), seconds(1).then(() => database.query('ROLLBACK'))]);
    return answer;
  };
  const second = tokensOf(await renewHeld(first.refresh));
  await renew(first.refresh);
  const introspection = { token: second.refresh };
  await service.client(basicOf('admin')).form('POST', '/api/token/introspect', introspection);
  // Confirms the token that came with this access token, after the request was answered.
  await service.client(`Bearer ${second.access}`).get(RESOURCE);
  await seconds(1);
  await renew(second.refresh);
  await renew(first.refresh);
  await renew(first.refresh);
  await ask(service, { ...form, password: 'wrong' });
  const third = tokensOf(await ask(service, form, 'web-app'));
  await ask(service, { grant_type: 'refresh_token', refresh_token: third.refresh }, 'another-app');
  await service.client(`Bearer ${third.access}`).get(RESOURCE);
  await askWith(service, await (await ProvingKey.make()).prove(service), { ...form, client_id: 'bound-app' });
  for (const token of [third.access, tokensOf(await ask(service, form, 'web-app')).refresh]) {
    await service.client().form('POST', '/api/token/revoke', { token }, { client_id: 'web-app' });
  }
}

/** The plan of a statement: custom, for known parameters, or generic, as a prepared statement gets after some executions. */
async function planOf({ text, values }: Sent, mode: 'custom' | 'generic'): Promise<Plan> {
  await database.query(`SET plan_cache_mode = force_${mode}_plan`);
  await database.query(`PREPARE sent AS ${text}`);
  try {
    const parameters = values.length > 0 ? `(${values.join(', ')})` : '';
    const { rows } = await database.query(`EXPLAIN (FORMAT JSON) EXECUTE sent${parameters}`);
    return rows[0]['QUERY PLAN'][0].Plan;
  } finally {
    await database.query('DEALLOCATE sent');
  }
}

/** The parts of a plan that read a whole table: a sequential scan, unless it ends after the first rows, and a sort of very many rows. */
function faultsOf(plan: Plan, parent?: Plan): string[] {
  const [child] = plan.Plans ?? [];
  const endsEarly = parent?.['Node Type'] === 'Limit' && parent['Plan Rows'] < plan['Plan Rows'] / 5;
  const isScan = plan['Node Type'] === 'Seq Scan' && LARGE.has(plan['Relation Name'] ?? '') && !endsEarly;
  const isSort = plan['Node Type'] === 'Sort' && (child?.['Plan Rows'] ?? 0) > MANY;
  return [
    ...(isScan ? [`scans ${plan['Relation Name']}`] : []),
    ...(isSort ? [`sorts ${child?.['Plan Rows']} rows`] : []),
    ...(plan.Plans ?? []).flatMap((below) => faultsOf(below, plan)),
  ];
}

it(`every statement reads only the rows that it needs of ${ROWS} records, not the table`, async () => {
  await useEverything();
  for (const command of ['list', 'end']) {
    const args = ['sessions', command, '--subject', 'user2@example.com'];
    expect(await runCli(service.dataDir, args, '', logged())).toMatchObject({ code: 0 });
  }
  const trail = join(folder, 'trail');
  const [session] = (await database.query('SELECT unique_id FROM refresh_tokens WHERE issued ORDER BY id DESC LIMIT 1'))
    .rows;
  const ended = { Kind: 'session-ended', SessionId: session.unique_id, CreatedOn: '2100-01-01T00:00:00Z' };
  writeFileSync(trail, JSON.stringify(ended));
  for (const option of [['--dry-run'], []]) {
    const end = ['sessions', 'end', '--from-trail', trail, ...option];
    expect((await runCli(service.dataDir, end, '', logged())).code).toBe(0);
  }
  // The service would run these jobs too, but only after the events of the million records are sealed.
  const jobs = ['expired-records', 'login-failures', 'client-assertions', 'expired-proofs', 'cut-sessions'];
  for (const job of [...jobs, 'event-counts']) await runCli(service.dataDir, ['jobs', 'run', job], '', logged());
  const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
  const sent = new Map(
    lines.map((line) => JSON.parse(line) as Sent).map((one) => [`${one.text} ${one.values.length}`, one]),
  );
  const faults: string[] = [];
  for (const one of sent.values()) {
    if (!/^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)/.test(one.text) || one.name === READS_ALL) continue;
    for (const mode of one.name ? (['custom', 'generic'] as const) : (['custom'] as const)) {
      const found = faultsOf(await planOf(one, mode));
      if (found.length > 0) faults.push(`${mode}: ${found.join(', ')}: ${one.text}`);
    }
  }
  expect(faults).toEqual([]);
  const seen = new Set([...sent.values()].map(({ name }) => name));
  expect(namesInCode().filter((name) => !seen.has(name) && !MAY_BE_SENT.has(name))).toEqual(NOT_SENT);
}, 300_000);
