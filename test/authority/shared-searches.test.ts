import { basicOf, idsOf, RESOURCE, type Answer } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, times } from '../support/sessions.js';

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

const search = (query: string, reader = 'admin', requestId?: string): Promise<Answer> =>
  service.client(basicOf(reader)).send('GET', `${RESOURCE}?${query}`, {
    ...(requestId && { headers: { 'x-request-id': requestId } }),
  });

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

it('concurrent searches by several users each find their own records, and each have their own audit event', async () => {
  const queries = [
    ...Object.keys(CLIENTS).map((client) => `ClientId=${client}`),
    ...[1, 2, 3].map((n) => `Subject=user-${n}`),
  ];
  const expected = await Promise.all(
    queries.flatMap((query) => [0, 1].map((dir) => search(`RefreshToken_${query}&size=9&dir=${dir}${GENERAL}`))),
  );
  const done = await times(160, async (k) => {
    const n = k % queries.length;
    const [dir, reader] = [(k >> 3) % 2, READERS[k % READERS.length] ?? ''];
    const answer = await search(`RefreshToken_${queries[n]}&size=9&dir=${dir}`, reader, `shared-${k}`);
    return { k, reader, answer, right: expected[2 * n + dir] };
  });
  const written = new Map((await events(service, { Kind: 'record-read' })).map((one) => [one['RequestId'], one]));
  for (const { k, reader, answer, right } of done) {
    expect(answer.body).toEqual(right?.body);
    const RecordIds = idsOf(answer).sort((one, other) => one - other);
    const [first, ...others] = answer.body.Records as { Subject: string; ClientId: string }[];
    const common = (member: 'Subject' | 'ClientId') =>
      others.every((other) => other[member] === first?.[member]) ? first?.[member] : null;
    expect(written.get(`shared-${k}`)).toMatchObject({
      ...{ Actor: `${reader}@example.com`, Reason: 'search', RecordIds },
      ...{ Subject: common('Subject'), ClientId: common('ClientId'), SessionId: null },
    });
  }
});
