import { decodeJwt } from 'jose';
import { basicOf, RESOURCE, validRecord } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, isAlive, login, refresh, type Tokens, times } from '../support/sessions.js';

// Requests that arrive together share one database statement. Each request must get its own result.

const SESSIONS = 40;
const ROUNDS = 10;
const RECORDS = 120;
const AUTHORS = ['admin', 'create', 'all'];

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
