import { basicOf, create, RESOURCE, validRecord, type Answer } from '../support/client.js';
import { codecOf, secretOf } from '../support/codec.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  expectRefused,
  introspect,
  isAlive,
  login,
  recordOf,
  refresh,
  seconds,
  story,
  type SessionRecord,
  type Tokens,
} from '../support/sessions.js';
import { hashTicket } from '../../src/sessions/ticket-digest.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

/** Updates the record of a session with changes, as an administrator would. */
async function edit(tokens: Tokens, changes: Partial<SessionRecord> & { SystemId?: string }): Promise<Answer> {
  const record = await recordOf(service, tokens);
  return service.client(basicOf('admin')).put(RESOURCE, { ...record, ...changes });
}

describe('a session whose record an administrator edits', () => {
  it.each([
    ['Subject', { Subject: 'list@example.com' }],
    ['Subject, in upper case,', { Subject: 'ALL@example.com' }],
    ['ClientId', { ClientId: 'another' }],
    ['ProtectedTicket', { ProtectedTicket: 'ticket' }],
    ['TicketHash', { TicketHash: 'aGFzaA==' }],
    ['TicketSalt', { TicketSalt: 'c2FsdA==' }],
  ])('ends when the %s is changed', async (member, changes) => {
    const clientId = `edit-${member}`;
    const first = await login(service, 'all', clientId);
    const second = await refresh(service, first, clientId);
    expect((await edit(second, changes)).status).toBe(200);
    for (const tokens of [first, second]) {
      expect(await isAlive(service, tokens)).toBe(false);
      expect((await introspect(service, tokens.refresh)).text).toBe('{"active":false}');
      await expectRefused(service, tokens.refresh, clientId);
    }
    const entries = await story(service, second);
    expect(entries.slice(-3)).toEqual(['session-ended: edited', ...Array<string>(2).fill('refresh-refused: edited')]);
  });

  it('lets the user sign in again, which creates another record', async () => {
    const first = await login(service, 'all', 'edit-TicketHash');
    expect(await isAlive(service, first)).toBe(true);
    await refresh(service, first, 'edit-TicketHash');
  });

  it.each([
    ['SystemId', { SystemId: 'crm-4711' }],
    ['ExpiresOn', { ExpiresOn: new Date(Date.now() + 3_600_000).toISOString() }],
    ['nothing', {}],
  ])('goes on when only %s is changed', async (_what, changes) => {
    const tokens = await login(service, 'all', 'kept');
    expect((await edit(tokens, changes)).status).toBe(200);
    expect(await isAlive(service, tokens)).toBe(true);
    const next = await refresh(service, tokens, 'kept');
    expect(await story(service, next)).toContain('record-updated: edited');
  });

  it('keeps its expiry when an administrator writes a later expiry', async () => {
    const tokens = await login(service, 'all', 'not-longer');
    const before = await recordOf(service, tokens);
    expect((await edit(tokens, { ExpiresOn: '2050-01-01T00:00:00Z' })).status).toBe(200);
    expect((await recordOf(service, tokens))?.ExpiresOn).toBe(before?.ExpiresOn);
  });

  it('expires earlier when an administrator writes an earlier expiry; a later edit does not revive it', async () => {
    const tokens = await login(service, 'all', 'shorter');
    const soon = new Date(Date.now() + 3_000).toISOString();
    expect((await edit(tokens, { ExpiresOn: soon })).status).toBe(200);
    const record = await recordOf(service, tokens);
    expect(record?.ExpiresOn).toBe(soon.replace(/\.\d+/, ''));
    expect(await isAlive(service, tokens)).toBe(true);
    await seconds(4);
    expect(await isAlive(service, tokens)).toBe(false);
    expect((await edit(tokens, { ExpiresOn: '2050-01-01T00:00:00Z' })).status).toBe(200);
    expect((await recordOf(service, tokens))?.ExpiresOn).toBe('2050-01-01T00:00:00Z');
    expect(await isAlive(service, tokens)).toBe(false);
    expect((await introspect(service, tokens.refresh)).text).toBe('{"active":false}');
    await expectRefused(service, tokens.refresh, 'shorter');
    const later = await login(service, 'all', 'shorter');
    expect(await isAlive(service, tokens)).toBe(false);
    await refresh(service, later, 'shorter');
  });

  it('ends, with its event, when an administrator writes an expiry in the past', async () => {
    const tokens = await login(service, 'all', 'past');
    expect((await edit(tokens, { ExpiresOn: '2020-01-01T00:00:00Z' })).status).toBe(200);
    expect(await story(service, tokens)).toEqual(['login: pwd', 'session-ended: edited']);
    expect(await isAlive(service, tokens)).toBe(false);
    await expectRefused(service, tokens.refresh, 'past');
    expect((await story(service, tokens)).at(-1)).toBe('refresh-refused: edited');
    expect((await edit(tokens, { ExpiresOn: '2050-01-01T00:00:00Z' })).status).toBe(200);
    expect(await isAlive(service, tokens)).toBe(false);
    await expectRefused(service, tokens.refresh, 'past');
  });
});

describe('a record that a client wrote', () => {
  it('cannot be redeemed, not even with a token under our own key whose hash the record contains', async () => {
    const admin = service.client(basicOf('admin'));
    const id = await create(admin, { Subject: 'all@example.com', ClientId: 'written' });
    const { body } = await admin.get(`${RESOURCE}/${id}`);
    for (const generation of [0, 1]) {
      const token = codecOf(secretOf(service.dataDir)).encode({ id, uniqueId: body.UniqueId as string, generation });
      const ticket = { TicketSalt: 'c2FsdA==', TicketHash: hashTicket('c2FsdA==', token) };
      const record = validRecord({ Subject: 'all@example.com', ClientId: 'written', Id: id, ...ticket });
      expect((await admin.put(RESOURCE, record)).status).toBe(200);
      await expectRefused(service, token, 'written');
      expect((await introspect(service, token)).text).toBe('{"active":false}');
    }
    expect((await admin.get(`${RESOURCE}/${id}`)).status).toBe(200);
  });

  it('may get any expiry, earlier or later', async () => {
    const admin = service.client(basicOf('admin'));
    const id = await create(admin);
    for (const ExpiresOn of ['2020-01-01T00:00:00Z', '2050-01-01T00:00:00Z']) {
      expect((await admin.put(RESOURCE, validRecord({ Id: id, ExpiresOn }))).status).toBe(200);
      expect((await admin.get(`${RESOURCE}/${id}`)).body.ExpiresOn).toBe(ExpiresOn);
    }
  });

  it('exists beside the session of the same user and client', async () => {
    const tokens = await login(service, 'all', 'written');
    const next = await refresh(service, tokens, 'written');
    expect(await isAlive(service, next)).toBe(true);
  });
});
