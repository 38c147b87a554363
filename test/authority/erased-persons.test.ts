import { jest } from '@jest/globals';
import { basicOf, create, type Answer, type Client } from '../support/client.js';
import { runCli } from '../support/cli.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  askRefresh,
  disposeWithoutLeaks,
  login,
  REFUSED,
  sessionOf,
  tokensOf,
  type Tokens,
} from '../support/sessions.js';
import { PASSWORD, USERS, UsersOf } from '../support/users.js';

// Some steps start a process, which takes long on a busy machine.
jest.setTimeout(240_000);

/** What `audit verify` reports, as far as these tests read it. */
interface Verified {
  readonly findings: readonly { readonly kind: string }[];
  readonly erased: readonly Readonly<Record<string, unknown>>[];
}

const ADA = 'ada@example.com';
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0';
const NEWEST = 'orderBy=Id&dir=1&size=50';

let service: Service;
let users: UsersOf;
let admin: Client;
let session: Tokens;
let pseudonym: string;

const run = (...args: string[]) => runCli(service.dataDir, args);
const exportOf = (email: string, by = admin): Promise<Answer> => by.get(`${USERS}/export?user_email=${email}`);
const erase = (Email: string, by = admin): Promise<Answer> => by.post(`${USERS}/erase`, { Email });

async function signIn(): Promise<Tokens> {
  const form = { grant_type: 'password', username: ADA, password: PASSWORD, device_name: 'Ada’s phone' };
  return tokensOf(await service.client().form('POST', '/api/token', form, { 'user-agent': AGENT }));
}

/** Runs commands while the service does not use the data. */
async function withData<T>(work: () => Promise<T>): Promise<T> {
  await service.freeData();
  try {
    return await work();
  } finally {
    await service.resume();
  }
}

async function verify(): Promise<Verified> {
  return JSON.parse((await run('audit', 'verify', '--json')).stdout) as Verified;
}

beforeAll(async () => {
  service = await Service.start();
  users = new UsersOf(service);
  ({ admin } = users);
  await users.make({ Email: ADA, FullName: 'Ada Lovelace', SystemId: 'crm-17', Roles: ['RefreshToken-Create'] });
  session = await signIn();
  await create(service.client(`Bearer ${session.access}`), { Subject: 'other@example.com', ClientId: ADA });
  await create(admin, { Subject: ADA, ClientId: 'archive' });
  await users.signIn(ADA, 'a wrong password');
  // Events of Ada with a seal, and events without.
  await withData(() => run('jobs', 'run', 'audit-seal'));
  session = await signIn();
});
afterAll(() => disposeWithoutLeaks(service));

describe('the export of a person', () => {
  it('has everything that is stored, without a secret', async () => {
    const { status, headers, text, body } = await exportOf('Ada@example.com');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toMatchObject({
      Email: ADA,
      User: [
        { Email: ADA, FullName: 'Ada Lovelace', HasSecondFactor: false, RecoveryCodesLeft: 0, SystemId: 'crm-17' },
      ],
      Sessions: [{ UniqueId: sessionOf(session), DeviceName: 'Ada’s phone', Device: 'Firefox 133 on Linux' }],
      SessionCutoffs: [],
    });
    const { RefreshTokens, UpdatedRecords, SignInLimits, AuditTrailEntries } = body;
    expect(RefreshTokens.map(({ ClientId, TicketHash }: Record<string, unknown>) => [ClientId, TicketHash])).toEqual([
      [ADA, null],
      [ADA, null],
      ['archive', null],
    ]);
    expect(UpdatedRecords).toContainEqual(expect.objectContaining({ EntityShortName: 'RefreshToken' }));
    expect(SignInLimits.map(({ Counter }: { Counter: string }) => Counter)).toContain(`pair 127.0.0.1 ${ADA}`);
    expect(AuditTrailEntries.map(({ Kind }: { Kind: string }) => Kind)).toEqual(
      expect.arrayContaining(['user-added', 'login', 'login-failed', 'record-created', 'user-exported']),
    );
    expect(text).not.toMatch(/argon2|\$v=|password_hash|PasswordHash/);
  });

  it('is the same on the command line', async () => {
    const rest = (await exportOf(ADA)).body as { AuditTrailEntries: unknown[] };
    const { code, stdout } = await withData(() => run('users', 'export', ADA));
    const { AuditTrailEntries, ...others } = JSON.parse(stdout) as { AuditTrailEntries: unknown[] };
    expect(code).toBe(0);
    expect(rest).toMatchObject(others);
    expect(AuditTrailEntries).toHaveLength(rest.AuditTrailEntries.length + 1);
  });

  it('needs its own role and a person of whom something is stored', async () => {
    await users.make({ Email: 'officer@example.com', Roles: ['User-Export'] });
    const officer = users.clientOf('officer@example.com');
    expect((await exportOf(ADA, officer)).status).toBe(200);
    expect((await exportOf(ADA, service.client(basicOf('all')))).status).toBe(403);
    expect((await erase(ADA, officer)).status).toBe(403);
    for (const unknown of ['nobody@example.com', 'nobody', '%00'])
      expect((await exportOf(unknown)).body).toMatchObject({ Status: 404, WasSuccessful: false });
    const missing = { AttemptedValue: null, Message: 'is a required field', PropertyName: 'User_Email' };
    for (const query of ['', '?User_Email=']) {
      const { status, body } = await admin.get(`${USERS}/export${query}`);
      expect([status, body.Errors[0].PropertyName, body.Errors[0].Message]).toEqual([
        400,
        'User_Email',
        missing.Message,
      ]);
    }
    expect((await admin.get(`${USERS}/export?User_Email=a&User_Email=b`)).status).toBe(400);
  });
});

describe('an erasure', () => {
  it('is refused for oneself, the last full administrator, more rights than one’s own, and unknown persons', async () => {
    await users.make({ Email: 'eraser@example.com', Roles: ['User-Erase', 'RefreshToken-Create'] });
    const eraser = users.clientOf('eraser@example.com');
    const refusals = [
      [await erase('admin@example.com'), 409],
      [await erase('ERASER@example.com', eraser), 409],
      [await erase('admin@example.com', eraser), 403],
      [await erase('all@example.com', eraser), 403],
      [await erase('nobody@example.com'), 404],
      [await erase(''), 400],
    ] as const;
    for (const [{ status, body }, expected] of refusals)
      expect([status, body.WasSuccessful]).toEqual([expected, false]);
    const commands = await withData(async () => [
      await run('users', 'erase', 'admin@example.com', '--yes'),
      await run('users', 'erase', ADA),
      await run('users', 'erase', 'nobody@example.com', '--yes'),
    ]);
    expect(commands.map(({ code }) => code)).toEqual([1, 1, 1]);
    expect(commands[0]?.stderr).toContain('last full administrator');
    expect(commands[1]?.stderr).toContain('--yes');
    expect((await exportOf(ADA)).status).toBe(200);
  });

  it('ends the sessions, deletes the user, and leaves nothing of the person in the database', async () => {
    const { status, body } = await erase('Ada@Example.com');
    expect([status, Object.keys(body as object)]).toEqual([200, expect.arrayContaining(['Status', 'Value', 'Errors'])]);
    expect(body).toMatchObject({ Status: 200, Message: 'User was successfully erased.', WasSuccessful: true });
    pseudonym = body.Value.Pseudonym as string;
    expect(pseudonym).toMatch(/^erased-[0-9a-f]{16}$/);
    expect(body.Value.Changed).toMatchObject({ RefreshTokens: 2 });
    expect(body.Value.Changed.AuditTrailEntries).toBeGreaterThan(5);

    expect((await askRefresh(service, session.refresh)).body).toEqual(REFUSED);
    expect((await service.client(`Bearer ${session.access}`).get('/api/account')).status).toBe(401);
    expect((await exportOf(ADA)).status).toBe(404);
    expect((await erase(ADA)).status).toBe(404);
    expect((await users.signIn(ADA)).status).toBe(400);
    await expectNothingOfAda();
  });

  it('writes an event that names the pseudonym and who erased', async () => {
    const { body } = await admin.get(`/api/sys/audittrailentries?AuditTrailEntry_Subject=${pseudonym}&${NEWEST}`);
    const events = body.Records as Readonly<Record<string, unknown>>[];
    expect(events.find(({ Kind }) => Kind === 'user-erased')).toMatchObject({
      Actor: 'admin@example.com',
      AuditType: 3,
    });
    expect(events.find(({ Kind }) => Kind === 'session-ended')).toMatchObject({
      Reason: 'user-erased',
      LastAddress: pseudonym,
    });
    expect(events.find(({ Kind }) => Kind === 'login')).toMatchObject({
      ...{ Actor: pseudonym, ActionBy: pseudonym, ClientId: pseudonym, Address: pseudonym, UserAgent: pseudonym },
    });
    const added = events.find(({ Kind }) => Kind === 'user-added');
    expect(added).toMatchObject({ Actor: 'admin@example.com', Address: '127.0.0.1' });
    expect(added?.['Changes']).toContainEqual({ PropertyName: 'FullName', OldValue: null, NewValue: pseudonym });
  });

  it('keeps the seals verifiable, and is reported with its author', async () => {
    const { findings, erased } = await withData(verify);
    expect(findings).toEqual([]);
    expect(erased).toEqual([expect.objectContaining({ pseudonym, by: 'admin@example.com' })]);
    await withData(() => run('jobs', 'run', 'audit-seal'));
    expect((await withData(verify)).findings).toEqual([]);
  });

  it('looks a second time, for what requests in flight wrote, and then forgets the name', async () => {
    await withData(async () => {
      await runSql(
        service.dataDir,
        `INSERT INTO audit_trail_entries (kind, actor, subject, record_ids, address) VALUES ('login', '${ADA}', '${ADA}', '{}', '192.0.2.7')`,
      );
      expect((await run('jobs', 'run', 'erasures', '--json')).stdout).toContain('"rows":0');
      await run('jobs', 'run', 'audit-seal');
      await runSql(service.dataDir, `UPDATE erasures SET created_on = created_on - interval '1 hour'`);
      expect((await run('jobs', 'run', 'erasures', '--json')).stdout).toContain('"rows":1');
      expect(await runSql(service.dataDir, 'SELECT * FROM erasures')).toEqual([]);
      expect((await verify()).findings).toEqual([]);
    });
    await expectNothingOfAda();
    const { body } = await admin.get(`/api/sys/audittrailentries?AuditTrailEntry_Kind=erasure-completed`);
    expect(body.Records).toEqual([
      expect.objectContaining({ Subject: pseudonym, Actor: 'service', Reason: expect.stringMatching(/^[1-9] rows$/) }),
    ]);
  });

  it('works again for other persons of the same events, by the command line too', async () => {
    await login(service, 'read');
    await withData(async () => {
      await run('jobs', 'run', 'audit-seal');
      expect((await run('users', 'delete', 'read@example.com', '--yes')).code).toBe(0);
      const { code, stdout } = await run('users', 'erase', 'read@example.com', '--yes', '--json');
      expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ pseudonym: expect.any(String) })]);
      const { findings, erased } = await verify();
      expect(findings).toEqual([]);
      expect(erased.length).toBeGreaterThan(1);
    });
  });
});

/** Looks through all rows of all tables. */
async function expectNothingOfAda(): Promise<void> {
  await withData(async () => {
    const tables = await runSql(
      service.dataDir,
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    );
    const texts = tables
      .map(({ name }) => `SELECT '${name}' AS "table", t::text AS row FROM "${name}" t`)
      .join(' UNION ALL ');
    const found = await runSql(
      service.dataDir,
      `SELECT * FROM (${texts}) rows WHERE row ILIKE '%${ADA}%' OR row LIKE '%Lovelace%' OR row LIKE '%Firefox%' OR row LIKE '%Ada’s%'`,
    );
    expect(found).toEqual([]);
  });
}
