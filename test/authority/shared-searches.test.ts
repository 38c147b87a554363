import { basicOf, idsOf, RESOURCE, type Answer, type Client } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, login, the, times, tokensOf } from '../support/sessions.js';
import { runOn, USERS, UsersOf } from '../support/users.js';

// Searches by the subject or the client share a statement. Each must get what the same search gets alone, by the general path.

const CLIENTS = { few: 7, several: 100, many: 1_000, 'very-many': 1_050, large: 30 };
const READERS = ['admin', 'list', 'all'];
/** Excludes no record, but a search with a second filter shares no statement. */
const GENERAL = '&to_RefreshToken_ExpiresOn=2100-01-01';
const INSERT = Object.entries(CLIENTS).map(
  ([client, count]) => `INSERT INTO refresh_tokens
    (unique_id, subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, updated_by, issued)
    SELECT gen_random_uuid(), 'user-' || n % 90, '${client}', '2040-01-01', repeat('x', ${client === 'large' ? 60_000 : 40}), 'hash', 'salt',
      'admin@example.com', false FROM generate_series(1, ${count}) n;`,
);

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  await service.freeData();
  await runSql(service.dataDir, INSERT.join('\n'));
  await service.resume();
});
afterAll(() => disposeWithoutLeaks(service));

const search = (query: string): Promise<Answer> => service.client(basicOf('admin')).get(`${RESOURCE}?${query}`);

/** With Basic, a search is a statement after those of authentication. With a token, the statement that reads the session carries it out too. */
const READER_OF = {
  Basic: (name: string): Promise<Client> => Promise.resolve(service.client(basicOf(name))),
  Bearer: async (name: string): Promise<Client> => {
    const client = service.client(`Bearer ${(await login(service, name, 'searcher')).access}`);
    // From the second request on.
    expect((await client.get(`${RESOURCE}?RefreshToken_Subject=nobody`)).status).toBe(200);
    return client;
  },
};

it.each([
  ...Object.keys(CLIENTS).flatMap((client) => [`ClientId=${client}`, `ClientId=${client}&size=7&page=2`]),
  'ClientId=nobody',
  'ClientId=few&page=2',
  'ClientId=several&size=1000',
  'ClientId=several&size=10000&page=2',
  'ClientId=many&size=100&page=10',
  'ClientId=many&size=100&page=11',
  'ClientId=many&size=101',
  'ClientId=very-many&size=100&page=10',
  'ClientId=very-many&size=100&page=11',
  'ClientId=very-many&size=99&page=11',
  'ClientId=very-many&page=43',
  'ClientId=very-many&size=1000',
  'Subject=user-3',
  'Subject=user-3&size=3&page=4',
  'Subject=user-3&size=1000',
])('RefreshToken_%s answers as alone, in both directions', async (query) => {
  for (const dir of [0, 1]) {
    const shared = await search(`RefreshToken_${query}&dir=${dir}`);
    const alone = await search(`RefreshToken_${query}&dir=${dir}${GENERAL}`);
    expect(alone.status).toBe(200);
    expect(shared.body).toEqual(alone.body);
  }
});

it('with a token, from the second request on, a search answers as alone', async () => {
  const reader = await READER_OF.Bearer('admin');
  for (const query of [
    'ClientId=very-many&size=9&page=3',
    'ClientId=large',
    'ClientId=very-many&size=1000',
    'Subject=user-3',
  ]) {
    const alone = await search(`RefreshToken_${query}&dir=1${GENERAL}`);
    expect((await reader.get(`${RESOURCE}?RefreshToken_${query}&dir=1`)).body).toEqual(alone.body);
  }
  expect((await reader.get(`${RESOURCE}?RefreshToken_Subject=user-3&page=0`)).status).toBe(400);
});

it('a reader whose rights changed since the previous search gets 403, and no event says that records were read', async () => {
  const users = new UsersOf(service);
  const admin = service.client(basicOf('admin'));
  const Email = 'demoted@example.com';
  const { Id } = await users.make({ Email, Roles: ['RefreshToken-List'] });
  const reader = service.client(`Bearer ${tokensOf(await users.signIn(Email)).access}`);
  const path = `${RESOURCE}?RefreshToken_ClientId=few`;
  const read = () => events(service, { Kind: 'record-read', Actor: Email });
  for (let n = 0; n < 2; n++) expect((await reader.get(path)).status).toBe(200);
  expect(await read()).toHaveLength(2);
  expect((await admin.put(USERS, { Id, Email, Roles: ['RefreshToken-Read'] })).status).toBe(200);
  expect((await reader.get(path)).status).toBe(403);
  expect((await admin.put(USERS, { Id, Email, Roles: ['RefreshToken-List'] })).status).toBe(200);
  expect((await reader.get(path)).status).toBe(200);
  expect((await runOn(admin, 'USER_DISABLE', Id)).status).toBe(200);
  expect((await reader.get(path)).status).toBe(401);
  expect(await read()).toHaveLength(3);
});

it.each(['Basic', 'Bearer'] as const)(
  'concurrent searches by several users with %s each find their own records, and each have their own audit event',
  async (scheme) => {
    const readers = await Promise.all(READERS.map((name) => READER_OF[scheme](name)));
    const queries = [
      ...Object.keys(CLIENTS).map((client) => `ClientId=${client}`),
      ...[1, 2, 3].map((n) => `Subject=user-${n}`),
    ];
    const expected = await Promise.all(
      queries.flatMap((query) => [0, 1].map((dir) => search(`RefreshToken_${query}&size=9&dir=${dir}${GENERAL}`))),
    );
    const done = await times(160, async (k) => {
      const n = k % queries.length;
      const [dir, reader] = [(k >> 3) % 2, k % READERS.length];
      const path = `${RESOURCE}?RefreshToken_${queries[n]}&size=9&dir=${dir}`;
      const answer = the(await readers[reader]?.send('GET', path, { headers: { 'x-request-id': `${scheme}-${k}` } }));
      return { k, reader: READERS[reader], answer, right: expected[2 * n + dir] };
    });
    const written = new Map((await events(service, { Kind: 'record-read' })).map((one) => [one['RequestId'], one]));
    for (const { k, reader, answer, right } of done) {
      expect(answer.body).toEqual(right?.body);
      const RecordIds = idsOf(answer).sort((one, other) => one - other);
      const [first, ...others] = answer.body.Records as { Subject: string; ClientId: string }[];
      const common = (member: 'Subject' | 'ClientId') =>
        others.every((other) => other[member] === first?.[member]) ? first?.[member] : null;
      expect(written.get(`${scheme}-${k}`)).toMatchObject({
        ...{ Actor: `${reader}@example.com`, Reason: 'search', RecordIds },
        ...{ Subject: common('Subject'), ClientId: common('ClientId'), SessionId: null },
      });
    }
  },
);
