import { runCli } from '../support/cli.js';
import { basicOf, create, RESOURCE, type Client } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, login, refresh } from '../support/sessions.js';

let service: Service;
let admin: Client;
beforeAll(async () => {
  service = await Service.start();
  admin = service.client(basicOf('admin'));
});
afterAll(() => disposeWithoutLeaks(service));

/** Sends the requests of a client until the signal, and returns every answer that was not a success. */
async function use(over: AbortSignal, lane: number): Promise<{ requests: number; faults: string[] }> {
  let tokens = await login(service, 'all', `lane-${lane}`);
  const faults: string[] = [];
  let requests = 0;
  while (!over.aborted) {
    tokens = await refresh(service, tokens, `lane-${lane}`);
    const id = await create(admin);
    for (const { status, text } of [
      await service.client(`Bearer ${tokens.access}`).get(`${RESOURCE}/${id}`),
      await admin.get(`${RESOURCE}?orderBy=CreatedOn&dir=1`),
      await admin.delete(`${RESOURCE}/${id}`),
    ]) {
      if (status !== 200) faults.push(`${status} ${text}`);
    }
    requests += 5;
  }
  return { requests, faults };
}

it('the migrations after the first release run in both directions while the service is in use', async () => {
  const over = new AbortController();
  const lanes = [1, 2, 3, 4].map((lane) => use(over.signal, lane));
  for (let round = 0; round < 3; round++) {
    for (const args of [['revert', '2'], ['run']]) {
      expect(await runCli(service.dataDir, ['migrations', ...args])).toMatchObject({ code: 0 });
    }
  }
  over.abort();
  const done = await Promise.all(lanes);
  expect(done.flatMap(({ faults }) => faults)).toEqual([]);
  expect(Math.min(...done.map(({ requests }) => requests))).toBeGreaterThan(0);
}, 120_000);

it('processes that start concurrently on an empty database migrate it once', async () => {
  const runs = await Promise.all([1, 2, 3, 4].map(() => runCli(service.dataDir, ['migrations', 'run'])));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
});
