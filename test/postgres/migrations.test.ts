import { DataSource } from 'typeorm';
import { IndexRefreshTokens1795200000000 } from '../../src/sessions/migrations/1795200000000-index-refresh-tokens.js';
import { runCli } from '../support/cli.js';
import { basicOf, create, RESOURCE, type Client } from '../support/client.js';
import { databaseUrl } from '../support/data.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, login, refresh, seconds, the } from '../support/sessions.js';

let service: Service;
let admin: Client;
beforeAll(async () => {
  service = await Service.start();
  admin = service.client(basicOf('admin'));
});
afterAll(() => disposeWithoutLeaks(service));

/** How often each lane has sent all its requests. */
const turns = [0, 0, 0, 0];

/** Waits until each lane has sent all its requests once more. */
async function nextTurn(): Promise<void> {
  const before = [...turns];
  while (turns.some((turn, lane) => turn <= (before[lane] ?? 0))) await seconds(0.02);
}

/** Sends the requests of a client until the signal, and returns every answer that was not a success. */
async function use(over: AbortSignal, lane: number): Promise<string[]> {
  let tokens = await login(service, 'all', `lane-${lane}`);
  const faults: string[] = [];
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
    turns[lane] = (turns[lane] ?? 0) + 1;
  }
  return faults;
}

it('the migration of the indexes runs in both directions while the service is in use', async () => {
  const dataSource = new DataSource({ type: 'postgres', url: the(databaseUrl(service.dataDir)) });
  const runner = (await dataSource.initialize()).createQueryRunner();
  const migration = new IndexRefreshTokens1795200000000();
  const over = new AbortController();
  const lanes = turns.map((_, lane) => use(over.signal, lane));
  for (let round = 0; round < 3; round++) {
    await migration.down(runner);
    await nextTurn();
    await migration.up(runner);
    await nextTurn();
  }
  over.abort();
  await dataSource.destroy();
  expect((await Promise.all(lanes)).flat()).toEqual([]);
}, 120_000);

it('processes that start concurrently on an empty database migrate it once', async () => {
  const runs = await Promise.all([1, 2, 3, 4].map(() => runCli(service.dataDir, ['migrations', 'run'])));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
});
