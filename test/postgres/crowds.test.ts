import type pg from 'pg';
import { startBehindProxy } from '../support/behind-proxy.js';
import { basicOf, create, RESOURCE, validRecord } from '../support/client.js';
import type { DatabaseProxy } from '../support/database-proxy.js';
import type { Service } from '../support/service.js';
import { login, recordOf, refresh, seconds, the, times } from '../support/sessions.js';

// Requests that arrive together share one database statement. A failure or delay of one request must not affect the others.

const CROWD = 20;
/** DATABASE_STATEMENT_TIMEOUT below, and the time that the service allows for the answer to arrive. */
const SILENT_S = 6 + 5;

let service: Service;
let proxy: DatabaseProxy;
let database: pg.Client;
beforeAll(async () => {
  ({ service, proxy, database } = await startBehindProxy({ DATABASE_STATEMENT_TIMEOUT: '6' }));
});
afterAll(async () => {
  await database.end();
  await service.dispose();
  await proxy.cut();
});

it('a session whose row is locked delays no other session, and gets its token when the row is free', async () => {
  const clientOf = (n: number) => `crowd-${n}`;
  let others = await times(CROWD, (n) => login(service, 'all', clientOf(n)));
  const locked = await times(4, (n) => login(service, 'all', `holder-${n}`));
  const ids = await Promise.all(locked.map(async (tokens) => the(await recordOf(service, tokens)).Id));
  await database.query('BEGIN');
  await database.query('SELECT FROM refresh_tokens WHERE id = ANY ($1) FOR UPDATE', [ids]);
  let answered = 0;
  const waiting = locked.map(async (tokens, n) => {
    const next = await refresh(service, tokens, `holder-${n}`);
    answered++;
    return next;
  });
  for (let round = 0; round < 5; round++) {
    others = await Promise.all(others.map((tokens, n) => refresh(service, tokens, clientOf(n))));
  }
  expect(answered).toBe(0);
  await database.query('ROLLBACK');
  const next = await Promise.all(waiting);
  await Promise.all(next.map((tokens, n) => refresh(service, tokens, `holder-${n}`)));
});

it('a refused insert makes no other insert of the batch fail', async () => {
  const { access } = await login(service, 'all');
  const all = service.client(`Bearer ${access}`);
  await database.query(`ALTER TABLE refresh_tokens ADD CONSTRAINT of_a_team CHECK (system_id <> 'refused')`);
  const isRefused = (n: number) => n % 5 === 3;
  const made = await times(CROWD * 5, (n) =>
    all.post(RESOURCE, validRecord({ SystemId: isRefused(n) ? 'refused' : 'fine' })),
  );
  expect(made.map(({ status }) => status)).toEqual(made.map((_, n) => (isRefused(n) ? 500 : 200)));
  await database.query('ALTER TABLE refresh_tokens DROP CONSTRAINT of_a_team');
});

it('a slow insert delays no other insert', async () => {
  const { access } = await login(service, 'all');
  const all = service.client(`Bearer ${access}`);
  await database.query(
    `ALTER TABLE refresh_tokens ADD CONSTRAINT of_a_team CHECK (system_id IS DISTINCT FROM 'slow' OR pg_sleep(4) IS NOT NULL)`,
  );
  let isDone = false;
  const slow = all.post(RESOURCE, validRecord({ SystemId: 'slow' })).then(({ status }) => {
    isDone = true;
    return status;
  });
  await seconds(0.2);
  for (let round = 0; round < 5; round++) {
    const made = await times(CROWD, () => all.post(RESOURCE, validRecord({ SystemId: 'fine' })));
    expect(made.map(({ status }) => status)).toEqual(made.map(() => 200));
  }
  expect(isDone).toBe(false);
  expect(await slow).toBe(200);
  await database.query('ALTER TABLE refresh_tokens DROP CONSTRAINT of_a_team');
});

it('requests fail quickly while the database does not answer, and succeed again when it answers', async () => {
  const { access } = await login(service, 'all');
  const clients = [service.client(basicOf('admin')), service.client(`Bearer ${access}`)];
  const id = await create(the(clients[0]));
  // One after the other, so that not all requests share one statement.
  const reads = () =>
    times(CROWD, async (n) => {
      await seconds(n / 20);
      return the(clients[n % 2]).get(`${RESOURCE}/${id}`);
    });
  await reads();
  // A connection that was idle for as long as a silent connection is tolerated must still work.
  await seconds(SILENT_S + 1);
  await reads();
  proxy.freeze();
  const answers = await reads();
  const seen = answers.map(({ status, headers }) => [status, headers.get('retry-after')]);
  expect(seen).toEqual(answers.map(() => [503, '5']));
  proxy.thaw();
  expect((await reads()).map(({ status }) => status)).toEqual(answers.map(() => 200));
});
