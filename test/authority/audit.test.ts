import { basicOf, create, passwordOf, RESOURCE, validRecord } from '../support/client.js';
import { runCli } from '../support/cli.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  ask,
  askLogin,
  askRefresh,
  disposeWithoutLeaks,
  events,
  keepSecret,
  login,
  recordOf,
  refresh,
  revoke,
  sessionOf,
  story,
  the,
  type AuditEntry,
  type Tokens,
  untilStale,
} from '../support/sessions.js';

const ENTRIES = '/api/sys/audittrailentries';
const AGENT = 'audit-test/1.0';
/** Passwords that a user typed into the user name field by mistake. */
const SLIPS = ['hunter2-hunter2', 'P@ssw0rd-of-mine', 'p@ss.word', 'admin@example.com hunter2'];

let service: Service;
let session: Tokens;

beforeAll(async () => {
  keepSecret(...SLIPS);
  service = await Service.start();
  session = await login(service, 'all', 'story');
});
afterAll(() => disposeWithoutLeaks(service));

/** The newest event. Events that the search itself writes do not count. */
const newest = async (): Promise<AuditEntry> =>
  the((await events(service, {})).filter(({ Kind }) => Kind !== 'basic-sign-in').at(-1));

describe('an event', () => {
  it('names the actor, the session, the address, the time and the reason', async () => {
    const form = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
    const headers = { client_id: 'who', 'user-agent': AGENT, 'x-request-id': 'audit-1' };
    const { body } = await service.client().form('POST', '/api/token', form, headers);
    const tokens = { access: body.access_token as string, refresh: body.refresh_token as string };
    const record = the(await recordOf(service, tokens));
    const [entry] = await events(service, { RequestId: 'audit-1' });
    expect(entry).toEqual({
      Id: expect.any(Number) as number,
      CreatedOn: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      Kind: 'login',
      Actor: 'all@example.com',
      Reason: 'pwd',
      Subject: 'all@example.com',
      ClientId: 'who',
      SessionId: record.UniqueId,
      RecordIds: [record.Id],
      Address: '127.0.0.1',
      UserAgent: AGENT,
      Device: 'audit-test 1.0',
      RequestId: 'audit-1',
      LastAddress: '127.0.0.1',
      LastUserAgent: AGENT,
      LastRequestId: 'audit-1',
      LastRedeemedOn: (entry as Record<string, unknown>)['CreatedOn'],
      EntityShortName: 'RefreshToken',
      EntityId: record.Id,
      AuditType: 1,
      PropertyName: null,
      OldValue: null,
      NewValue: null,
      ActionBy: 'all@example.com',
      Changes: [],
    });
  });

  it('is written for a failed login of an existing user', async () => {
    await ask(service, { grant_type: 'password', username: 'ALL@example.com', password: 'wrong password' });
    expect(await newest()).toMatchObject({
      Kind: 'login-failed',
      Actor: 'all@example.com',
      Subject: 'all@example.com',
      Reason: 'wrong-password',
      Address: '127.0.0.1',
    });
  });

  it('is written for a correct password without the code, and for a correct password that must be changed', async () => {
    await service.freeData();
    expect((await runCli(service.dataDir, ['totp', 'enable', 'edit@example.com'])).code).toBe(0);
    const change = ['users', 'change', 'create@example.com', '--must-reset-password'];
    expect((await runCli(service.dataDir, change)).code).toBe(0);
    await service.resume();
    await askLogin(service, 'edit');
    expect(await newest()).toMatchObject({ Kind: 'login-failed', Subject: 'edit@example.com', Reason: 'no-code' });
    await askLogin(service, 'create');
    expect(await newest()).toMatchObject({ Kind: 'login-failed', Reason: 'must-reset-password' });
  });

  it.each(SLIPS)('never contains the text that was typed as a user name: %s', async (username) => {
    await ask(service, { grant_type: 'password', username, password: 'wrong password' });
    const entry = await newest();
    expect(entry).toMatchObject({ Kind: 'login-failed', Actor: 'unknown', Subject: null, Reason: 'unknown-user' });
    expect(JSON.stringify(entry).toLowerCase()).not.toContain(username.toLowerCase());
  });

  it('is not written for a rotation, but for a retry', async () => {
    const before = (await story(service, session)).length;
    let last = session;
    for (let n = 0; n < 5; n++) last = await refresh(service, last, 'story');
    expect(await story(service, session)).toHaveLength(before);
    const next = await refresh(service, last, 'story');
    await refresh(service, last, 'story');
    expect((await story(service, session)).slice(before)).toEqual(['refresh-retried: null']);
    session = next;
  });

  it('is written for each administrative write and for each read of ticket material', async () => {
    const admin = service.client(basicOf('admin'));
    const last = async (): Promise<unknown[]> => {
      const { Kind, Actor, Reason, RecordIds } = await newest();
      return [Kind, Actor, Reason, RecordIds];
    };
    const id = await create(admin);
    expect(await last()).toEqual(['record-created', 'admin@example.com', null, [id]]);
    await admin.get(`${RESOURCE}/${id}`);
    expect(await last()).toEqual(['record-read', 'admin@example.com', null, [id]]);
    await admin.get(`${RESOURCE}?RefreshToken_Id=${id}`);
    expect(await last()).toEqual(['record-read', 'admin@example.com', 'search', [id]]);
    await admin.get(`${RESOURCE}/?id=[${id}]`);
    expect(await last()).toEqual(['record-read', 'admin@example.com', 'batch', [id]]);
    await admin.put(RESOURCE, validRecord({ Id: id }));
    expect(await last()).toEqual(['record-updated', 'admin@example.com', 'edited', [id]]);
    await admin.delete(`${RESOURCE}/${id}`);
    expect(await last()).toEqual(['record-deleted', 'admin@example.com', 'deleted', [id]]);
  });

  it('is not written for a request that changed nothing', async () => {
    const { Id } = await newest();
    const admin = service.client(basicOf('admin'));
    await admin.get(`${RESOURCE}/999999999`);
    await admin.delete(`${RESOURCE}/999999999`);
    await admin.post(RESOURCE, {});
    await service.client(basicOf('none')).get(RESOURCE);
    expect((await newest())['Id']).toBe(Id);
  });
});

describe('the reason why a user was logged out', () => {
  it('is found with one request', async () => {
    const admin = service.client(basicOf('admin'));
    const reasons = ['revoked', 'deleted', 'replayed', 'edited'];
    for (const reason of reasons) {
      const tokens = await login(service, 'list', 'why');
      const record = the(await recordOf(service, tokens));
      if (reason === 'revoked') await revoke(service, tokens.refresh, 'why');
      if (reason === 'deleted') await admin.delete(`${RESOURCE}/${record.Id}`);
      if (reason === 'edited') await admin.put(RESOURCE, { ...record, TicketHash: 'x' });
      if (reason === 'replayed') {
        await refresh(service, await refresh(service, tokens, 'why'), 'why');
        await untilStale();
        await askRefresh(service, tokens.refresh, 'why');
      }
    }
    const ended = await events(service, { Subject: 'list@example.com', Kind: 'session-ended' });
    expect(ended.map(({ Reason }) => Reason)).toEqual(reasons);
    expect(ended.map(({ Actor }) => Actor)).toEqual([
      'client',
      'admin@example.com',
      'list@example.com',
      'admin@example.com',
    ]);
  });
});

describe('the search', () => {
  it.each([
    ['Kind', 'login'],
    ['Actor', 'all@example.com'],
    ['Subject', 'all@example.com'],
    ['Subject', 'all@*'],
    ['ClientId', 'story'],
    ['SessionId', ''],
    ['Reason', 'pwd'],
    ['Address', '127.0.0.1'],
  ])('finds events by %s, and no other events', async (member, value) => {
    const wanted = value === '' ? sessionOf(session) : value;
    const found = await events(service, { [member]: wanted });
    expect(found.length).toBeGreaterThan(0);
    const others = found.filter((entry) => !String(entry[member]).startsWith(wanted.replace('*', '')));
    expect(others).toEqual([]);
    expect(await events(service, { [member]: member === 'SessionId' ? crypto.randomUUID() : 'none' })).toEqual([]);
  });

  it('finds events by time, in any order, page by page', async () => {
    const admin = service.client(basicOf('admin'));
    const past = '2020-01-01T00:00Z';
    const { body: none } = await admin.get(`${ENTRIES}?to_AuditTrailEntry_CreatedOn=${past}`);
    expect(none.TotalItems).toBe(0);
    const query = `from_AuditTrailEntry_CreatedOn=${past}&size=2&orderBy=CreatedOn&dir=1`;
    const { body } = await admin.get(`${ENTRIES}?${query}`);
    expect([body.Records.length, body.CurrentSortDirection, body.HasNextPage]).toEqual([2, 1, true]);
  });

  it('needs the role AuditTrailEntry-List', async () => {
    expect((await service.client().get(ENTRIES)).status).toBe(401);
    const { status, body } = await service.client(basicOf('all')).get(ENTRIES);
    expect([status, body.Message]).toEqual([403, 'This needs the role AuditTrailEntry-List.']);
    await service.freeData();
    expect((await runCli(service.dataDir, ['users', 'grant', 'none@example.com', 'AuditTrailEntry-List'])).code).toBe(
      0,
    );
    await service.resume();
    expect((await service.client(basicOf('none')).get(ENTRIES)).status).toBe(200);
    expect(await newest()).toMatchObject({
      Kind: 'user-changed',
      Actor: expect.stringContaining('command line') as string,
      Reason: 'granted AuditTrailEntry-List',
      Subject: 'none@example.com',
    });
  });
});

it('no table of the database contains a password that was typed as a user name', async () => {
  await service.end();
  const [dump] = await runSql(
    service.dataDir,
    `SELECT (SELECT string_agg(t::text, ' ') FROM audit_trail_entries t) AS trail,
      (SELECT string_agg(t::text, ' ') FROM login_throttles t) AS throttles`,
  );
  const text = JSON.stringify(dump).toLowerCase();
  expect(SLIPS.filter((slip) => text.includes(slip.toLowerCase()))).toEqual([]);
  expect(text).toContain('all@example.com');
});
