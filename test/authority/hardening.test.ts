import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { basicOf, create, RESOURCE, validRecord } from '../support/client.js';
import { newEmbeddedData } from '../support/data.js';
import { Service } from '../support/service.js';
import {
  ask,
  disposeWithoutLeaks,
  events,
  expectRefused,
  isAlive,
  login,
  recordOf,
  refresh,
  revoke,
  TOKEN,
} from '../support/sessions.js';

const PAST = '2020-01-01T00:00:00Z';
let service: Service;
/** Seconds. An access token expires soon, but not before a slow machine has used it. */
const ACCESS_TOKEN_TTL = 12;

beforeAll(async () => {
  service = await Service.start({ ACCESS_TOKEN_TTL: String(ACCESS_TOKEN_TTL) });
});
afterAll(() => disposeWithoutLeaks(service));

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('an access token', () => {
  it('that has expired revokes nothing', async () => {
    const first = await login(service, 'all', 'revoking');
    await pause(ACCESS_TOKEN_TTL * 1_000 + 100);
    expect((await revoke(service, first.access, 'revoking')).status).toBe(200);
    const last = await refresh(service, first, 'revoking');
    await revoke(service, last.access, 'revoking');
    await expectRefused(service, last.refresh, 'revoking');
  });

  it('of an earlier login lives on, and revoked it is dead, with the session that it lives by', async () => {
    const earlier = await login(service, 'all', 'living-on');
    await pause(1_100);
    const later = await login(service, 'all', 'living-on');
    expect(await isAlive(service, earlier)).toBe(true);
    expect((await revoke(service, earlier.access, 'living-on')).status).toBe(200);
    expect(await isAlive(service, earlier)).toBe(false);
    await expectRefused(service, later.refresh, 'living-on');
  });

  it('does not outlive the expiry of its session', async () => {
    const tokens = await login(service, 'all', 'expiring');
    expect(await isAlive(service, tokens)).toBe(true);
    const record = await recordOf(service, tokens);
    await service.client(basicOf('admin')).put(RESOURCE, { ...record, ExpiresOn: PAST });
    expect(await isAlive(service, tokens)).toBe(false);
    await expectRefused(service, tokens.refresh, 'expiring');
  });
});

describe('a record that was read before its user signed in again', () => {
  it('can be written back, and the new login goes on', async () => {
    const stale = await recordOf(service, await login(service, 'all', 'stale'));
    const later = await login(service, 'all', 'stale');
    expect((await service.client(basicOf('admin')).put(RESOURCE, { ...stale, SystemId: 'crm' })).status).toBe(200);
    const next = await refresh(service, later, 'stale');
    expect(await recordOf(service, next)).toMatchObject({ SystemId: 'crm' });
  });

  it('can be written back after its session expired, and the new login does not expire', async () => {
    const record = await recordOf(service, await login(service, 'all', 'expired'));
    const admin = service.client(basicOf('admin'));
    await pause(1_000);
    const expired = { ...record, ExpiresOn: new Date(Date.now() + 6_000).toISOString() };
    await admin.put(RESOURCE, expired);
    await pause(7_000);
    const later = await login(service, 'all', 'expired');
    expect((await admin.put(RESOURCE, { ...expired, SystemId: 'crm' })).status).toBe(200);
    expect(await isAlive(service, later)).toBe(true);
    expect(await recordOf(service, await refresh(service, later, 'expired'))).toMatchObject({ SystemId: 'crm' });
    // An expiry before the record's creation cannot come from a login, so it is intended and applied.
    await admin.put(RESOURCE, { ...expired, ExpiresOn: PAST });
    expect(await isAlive(service, later)).toBe(false);
  });
});

describe('the audit trail', () => {
  it('does not take the actor of a revocation from the client_id', async () => {
    const tokens = await login(service, 'all', 'admin@example.com');
    await revoke(service, tokens.refresh, 'admin@example.com');
    const [event] = await events(service, { ClientId: 'admin@example.com', Kind: 'session-ended' });
    expect(event).toMatchObject({ Actor: 'client', Reason: 'revoked', Subject: 'all@example.com' });
  });

  it('names the owners of the records that a search returned', async () => {
    const admin = service.client(basicOf('admin'));
    const id = await create(admin, { Subject: 'shown@example.com' });
    await admin.get(`${RESOURCE}?RefreshToken_Subject=shown@example.com`);
    const [event] = await events(service, { Subject: 'shown@example.com', Kind: 'record-read' });
    expect(event).toMatchObject({ Actor: 'admin@example.com', Reason: 'search', RecordIds: [id] });
  });

  it('gets few events from a client that presents a dead token repeatedly', async () => {
    const tokens = await login(service, 'all', 'flood');
    await revoke(service, tokens.refresh, 'flood');
    for (let i = 0; i < 30; i++) await expectRefused(service, tokens.refresh, 'flood');
    const answer = await service
      .client(basicOf('admin'))
      .get('/api/sys/audittrailentries?AuditTrailEntry_Kind=refresh-refused&size=100');
    const { length } = (answer.body.Records as { Reason: string }[]).filter(({ Reason }) => Reason === 'session-ended');
    expect([length > 0, length <= 20]).toEqual([true, true]);
  });
});

describe('bad input', () => {
  it.each(['/api/token', RESOURCE])('with many parameters is refused immediately: %s', async (path) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'a&'.repeat(131_000);
    const { status } = await service.client(basicOf('admin')).send('POST', path, { headers: type, body });
    expect(status).toBe(400);
  });

  it.each(['constructor', 'prototype', 'toString', '__defineGetter__'])(
    'with a structure named %s is a 400',
    async (name) => {
      const admin = service.client(basicOf('admin'));
      const { status, body } = await admin.post(RESOURCE, validRecord({ Subject: { [name]: 'x' } }));
      expect([status, body.Message]).toEqual([400, 'Subject: must be a string']);
    },
  );

  it.each([
    ['a form that says it is JSON', 'application/json', 'grant_type=password'],
    ['JSON', 'application/json', '{"grant_type":"password"}'],
    ['JSON that says it is text', 'text/plain', '{"grant_type":"password"}'],
  ])('%s is an unsupported grant type', async (_what, type, body) => {
    const answer = await service.client().send('POST', TOKEN, { headers: { 'content-type': type }, body });
    expect([answer.status, answer.body.error]).toEqual([400, 'unsupported_grant_type']);
  });

  it('does not delay a correct login, even when many such requests arrive concurrently', async () => {
    const form = { grant_type: 'password', username: 'list@example.com', password: 'password of List' };
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(service, form, 'at-once')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

it('the service does not start with an empty secret beside the embedded database', async () => {
  const dataDir = newEmbeddedData();
  writeFileSync(join(dataDir, 'secret'), '');
  await expect(Service.startOn(dataDir)).rejects.toThrow('TESSERA_SECRET: expected 32 random bytes or more');
});
