import { decodeJwt } from 'jose';
import { REFRESH_TOKENS } from '../../src/refresh-tokens/refresh-token.entity.js';
import { basicOf, RESOURCE, validRecord } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, isAlive, login, refresh, type Tokens, times } from '../support/sessions.js';

// Requests that arrive together share one database statement. Each request must get its own result.

const SESSIONS = 40;
const ROUNDS = 10;
const RECORDS = 120;
const AUTHORS = ['admin', 'create', 'all'];
/** Values by which records of one subject can be ordered, with equal ones among them. */
const variedBy = (n: number) => ({
  ClientId: `app-${(n * 7) % 10}`,
  SystemId: n % 3 === 0 ? null : `system-${(n * 5) % 8}`,
  ExpiresOn: new Date(Date.UTC(2040, 0, 1 + ((n * 11) % 20))).toISOString(),
});
const READERS = ['admin', 'list', 'all'];

interface Found {
  readonly Id: number;
  readonly Subject: string;
}

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

it('concurrent refreshes of many sessions each continue their own session', async () => {
  const clientOf = (n: number) => `crowd-${n}`;
  let all = await times(SESSIONS, (n) => login(service, 'all', clientOf(n)));
  const sessions = all.map(({ access }) => decodeJwt(access)['sid']);
  for (let round = 0; round < ROUNDS; round++) {
    all = await Promise.all(all.map((tokens, n) => refresh(service, tokens, clientOf(n))));
    const claims = all.map(({ access }) => decodeJwt(access));
    expect(claims.map(({ sid }) => sid)).toEqual(sessions);
    expect(claims.map(({ client_id }) => client_id)).toEqual(sessions.map((_, n) => clientOf(n)));
  }
  expect(await Promise.all(all.map((tokens: Tokens) => isAlive(service, tokens)))).toEqual(all.map(() => true));
});

it('concurrent creations by several users each store their own record and their own audit event', async () => {
  const made = await times(RECORDS, async (n) => {
    const author = AUTHORS[n % AUTHORS.length] ?? '';
    const body = JSON.stringify(
      validRecord({ Subject: `crowd-${n}`, SystemId: n % 2 ? `system, "${n}" \\ {}` : null }),
    );
    const headers = { 'content-type': 'application/json', 'x-request-id': `crowd-${n}` };
    const answer = await service.client(basicOf(author)).send('POST', RESOURCE, { headers, body });
    expect(answer.status).toBe(200);
    return { id: answer.body.Value.Id as number, author: `${author}@example.com` };
  });
  const read = await times(RECORDS, (n) => service.client(basicOf('admin')).get(`${RESOURCE}/${made[n]?.id}`));
  expect(read.map(({ body }) => [body.Subject, body.SystemId, body.UpdatedBy])).toEqual(
    made.map(({ author }, n) => [`crowd-${n}`, n % 2 ? `system, "${n}" \\ {}` : null, author]),
  );
  const entries = await events(service, { Kind: 'record-created' });
  const found = new Map(entries.map((entry) => [entry['RequestId'], [entry['Actor'], entry['RecordIds']]]));
  expect(made.map((_, n) => found.get(`crowd-${n}`))).toEqual(made.map(({ id, author }) => [author, [id]]));
});

it('concurrent searches by several users each find the records of their own subject, and each have their own audit event', async () => {
  // Subjects with few records share a statement; one with many records, and one with a large page, do not.
  const counts = [0, 1, 2, 3, 26, 30, 100, 101, 120];
  const subjectOf = (n: number) => `searched-${n}`;
  const made = await Promise.all(
    counts.map((count, n) =>
      times(count, async (i) => {
        const body = validRecord({
          Subject: subjectOf(n),
          ...variedBy(i),
          ...(n === 5 && { ProtectedTicket: 'x'.repeat(60_000) }),
        });
        return (await service.client(basicOf('admin')).post(RESOURCE, body)).body.Value.Id as number;
      }),
    ),
  );
  const idsOf = made.map((ids) => [...ids].sort((a, b) => a - b));
  const done = await times(150, async (k) => {
    const n = k % counts.length;
    const [size, page, dir] = [[25, 7, 1000][k % 3] ?? 25, 1 + (k % 4), k % 2];
    const author = READERS[k % READERS.length] ?? '';
    const query = `RefreshToken_Subject=${subjectOf(n)}&size=${size}&page=${page}&dir=${dir}`;
    const headers = { 'x-request-id': `search-${k}` };
    const answer = await service.client(basicOf(author)).send('GET', `${RESOURCE}?${query}`, { headers });
    const ordered = dir === 1 ? [...(idsOf[n] ?? [])].reverse() : (idsOf[n] ?? []);
    const ids = ordered.slice((page - 1) * size, page * size);
    return { k, n, author, answer, expected: { ids, total: ordered.length, hasNext: ordered.length > page * size } };
  });
  for (const { n, answer, expected } of done) {
    const { Records, TotalItems, HasNextPage } = answer.body as {
      Records: Found[];
      TotalItems: number;
      HasNextPage: boolean;
    };
    expect({ ids: Records.map(({ Id }) => Id), total: TotalItems, hasNext: HasNextPage }).toEqual(expected);
    expect(Records.every(({ Subject }) => Subject === subjectOf(n))).toBe(true);
  }
  const entries = await events(service, { Kind: 'record-read' });
  const found = new Map(entries.map((entry) => [entry['RequestId'], entry]));
  for (const { k, n, author, expected } of done) {
    const entry = found.get(`search-${k}`);
    if (expected.ids.length === 0) expect(entry).toBeUndefined();
    else {
      const ids = [...expected.ids].sort((a, b) => a - b);
      expect(entry).toMatchObject({
        Actor: `${author}@example.com`,
        Reason: 'search',
        Subject: subjectOf(n),
        RecordIds: ids,
      });
    }
  }
});

it.each([...REFRESH_TOKENS.search.orders])(
  'a subject with few records is searched in the order of %s as any other',
  async (order) => {
    const admin = service.client(basicOf('admin'));
    for (const dir of [0, 1]) {
      const query = `RefreshToken_Subject=searched-6&orderBy=${order}&dir=${dir}&size=30&page=2`;
      // The further filter excludes no record, but such a search shares no statement.
      const other = await admin.get(`${RESOURCE}?${query}&to_RefreshToken_ExpiresOn=2100-01-01`);
      const shared = await admin.get(`${RESOURCE}?${query}`);
      expect(other.body.TotalItems).toBe(100);
      expect(shared.body).toEqual(other.body);
    }
  },
);
