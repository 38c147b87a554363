import { basicOf, create, RESOURCE } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, introspect, login, sessionOf, type AuditEntry } from '../support/sessions.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

describe('a search or a batch', () => {
  const shown = async (): Promise<AuditEntry[]> => events(service, { Kind: 'record-read', Actor: 'all@example.com' });

  it.each([
    ['search', (ids: number[]) => `?orderBy=Id&dir=1&size=${ids.length}`],
    ['batch', (ids: number[]) => `?id=[${ids.join(',')}]`],
  ])('is one event, with the ids of all records in the answer: %s', async (reason, queryOf) => {
    const admin = service.client(basicOf('admin'));
    const ids = [];
    for (const ClientId of ['one', 'two', 'two']) ids.push(await create(admin, { Subject: `${reason}@x`, ClientId }));
    const before = (await shown()).length;
    const { status } = await service.client(basicOf('all')).get(RESOURCE + queryOf(ids));
    expect(status).toBe(200);
    const [event, ...more] = (await shown()).slice(before);
    expect(more).toEqual([]);
    const common = { Subject: `${reason}@x`, ClientId: null, SessionId: null };
    expect(event).toMatchObject({ Actor: 'all@example.com', Reason: reason, RecordIds: ids, ...common });
  });

  it('writes no event when the answer is empty', async () => {
    const before = (await shown()).length;
    const all = service.client(basicOf('all'));
    expect((await all.get(`${RESOURCE}?RefreshToken_Subject=no-such-user`)).body.TotalItems).toBe(0);
    expect((await all.get(`${RESOURCE}?id=[999999999]`)).body).toEqual([]);
    expect(await shown()).toHaveLength(before);
  });
});

describe('a frequent act', () => {
  it('is an event when Basic verified a password; a remembered password writes none', async () => {
    for (let n = 0; n < 3; n++) await service.client(basicOf('read')).get(`${RESOURCE}/1`);
    const found = await events(service, { Kind: 'basic-sign-in', Subject: 'read@example.com' });
    expect(found).toMatchObject([{ Actor: 'read@example.com', Reason: null, RecordIds: [], Address: '127.0.0.1' }]);
  });

  it('is an event at most ten times a minute when a client reads the audit trail', async () => {
    const before = await events(service, { Kind: 'audit-trail-read' });
    for (let n = 0; n < 30; n++) await events(service, {});
    const found = await events(service, { Kind: 'audit-trail-read' });
    expect(found[0]).toMatchObject({ Actor: 'admin@example.com', Reason: null, Subject: null, RecordIds: [] });
    // A minute may end between the two searches.
    expect(found.length - before.length).toBeLessThanOrEqual(20);
  });

  it('is an event at most ten times a minute when a client introspects a token', async () => {
    const tokens = await login(service, 'all', 'introspected');
    for (let n = 0; n < 30; n++) await introspect(service, n % 2 === 0 ? tokens.refresh : 'nonsense');
    const found = await events(service, { Kind: 'token-introspected' });
    expect(found.length).toBeGreaterThan(1);
    expect(found.length).toBeLessThanOrEqual(20);
    expect(found.slice(0, 2)).toMatchObject([
      { Actor: 'admin@example.com', Reason: 'active', Subject: 'all@example.com', SessionId: sessionOf(tokens) },
      { Actor: 'admin@example.com', Reason: 'inactive', Subject: null, ClientId: null, SessionId: null },
    ]);
  });
});
