import { basicOf, create, RESOURCE, type Answer, type Client } from '../support/client.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  events,
  login,
  revoke,
  the,
  times,
  tokensOf,
  type AuditEntry,
} from '../support/sessions.js';
import { runOn, USERS, UsersOf } from '../support/users.js';

// From the second request of a user on, a record is read in the statement that reads the session.

const READERS = ['admin', 'all', 'read'];
const RECORDS = 90;

let service: Service;
let users: UsersOf;
let admin: Client;
let id: number;

beforeAll(async () => {
  service = await Service.start();
  users = new UsersOf(service);
  admin = service.client(basicOf('admin'));
  id = await create(admin, { Subject: 'ahead@x' });
});
afterAll(() => disposeWithoutLeaks(service));

/** A user who may read records and has read one. */
async function reader(email: string): Promise<{ readonly client: Client; readonly Id: number }> {
  const { Id } = await users.make({ Email: email, Roles: ['RefreshToken-Read'] });
  const { access } = tokensOf(await users.signIn(email));
  const client = service.client(`Bearer ${access}`);
  for (let n = 0; n < 2; n++) expect((await client.get(`${RESOURCE}/${id}`)).status).toBe(200);
  return { client, Id };
}

async function readsOf(email: string): Promise<AuditEntry[]> {
  return events(service, { Kind: 'record-read', Actor: email });
}

describe('a reader whose rights changed since the previous request', () => {
  it('without the role gets 403, and no event says that the record was read', async () => {
    const { client, Id } = await reader('demoted@example.com');
    expect(await readsOf('demoted@example.com')).toHaveLength(2);
    expect((await admin.put(USERS, { Id, Email: 'demoted@example.com', Roles: ['RefreshToken-List'] })).status).toBe(
      200,
    );
    expect((await client.get(`${RESOURCE}/${id}`)).status).toBe(403);
    expect(await readsOf('demoted@example.com')).toHaveLength(2);
    const Roles = ['RefreshToken-List', 'RefreshToken-Read'];
    expect((await admin.put(USERS, { Id, Email: 'demoted@example.com', Roles })).status).toBe(200);
    expect((await client.get(`${RESOURCE}/${id}`)).status).toBe(200);
    expect(await readsOf('demoted@example.com')).toHaveLength(3);
  });

  it('gets 401 when the user was disabled, or the session has ended, and there is no event', async () => {
    const { client, Id } = await reader('disabled@example.com');
    expect((await runOn(admin, 'USER_DISABLE', Id)).status).toBe(200);
    expect((await client.get(`${RESOURCE}/${id}`)).status).toBe(401);
    const tokens = await login(service, 'read');
    const ended = service.client(`Bearer ${tokens.access}`);
    for (let n = 0; n < 2; n++) await ended.get(`${RESOURCE}/${id}`);
    await revoke(service, tokens.refresh);
    expect((await ended.get(`${RESOURCE}/${id}`)).status).toBe(401);
    expect(await readsOf('disabled@example.com')).toHaveLength(2);
    expect(await readsOf('read@example.com')).toHaveLength(2);
  });
});

it('concurrent reads by several users each get their own record, and are each an event of their own', async () => {
  const ids = await times(RECORDS, (n) => create(admin, { Subject: `ahead-${n}@x` }));
  const clients = await Promise.all(
    READERS.map(async (name) => service.client(`Bearer ${(await login(service, name, 'crowd')).access}`)),
  );
  for (const client of clients) await client.get(`${RESOURCE}/${id}`);
  const get = (n: number, record: number | undefined): Promise<Answer> =>
    the(clients[n % clients.length]).send('GET', `${RESOURCE}/${record}`, {
      headers: { 'x-request-id': `ahead-${n}` },
    });
  const [read, missing] = await Promise.all([
    times(RECORDS, (n) => get(n, ids[n])),
    times(RECORDS, (n) => get(RECORDS + n, 900_000_000 + n)),
  ]);
  expect(read.map(({ status, body }) => [status, body.Id, body.Subject])).toEqual(
    ids.map((record, n) => [200, record, `ahead-${n}@x`]),
  );
  expect(missing.map(({ status }) => status)).toEqual(missing.map(() => 404));
  const ofRequests = (await events(service, { Kind: 'record-read' })).filter(({ RequestId }) =>
    String(RequestId).startsWith('ahead-'),
  );
  const found = ofRequests.map(({ RequestId, Actor, RecordIds }) => [RequestId, Actor, RecordIds]);
  const expected = ids.map((record, n) => [`ahead-${n}`, `${READERS[n % READERS.length]}@example.com`, [record]]);
  expect(found.sort()).toEqual(expected.sort());
});
