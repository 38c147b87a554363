import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { CreateAuditSeals1796000004500 } from '../../src/audit-trail/migrations/1796000004500-create-audit-seals.js';
import { AddResourceAndChanges1796000010000 } from '../../src/audit/migrations/1796000010000-add-resource-and-changes.js';
import { runCli } from '../support/cli.js';
import { basicOf, create, RESOURCE, type Client } from '../support/client.js';
import { databaseUrl } from '../support/data.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, login, refresh, the } from '../support/sessions.js';

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

async function inTransaction(runner: QueryRunner, work: (runner: QueryRunner) => Promise<void>): Promise<void> {
  await runner.startTransaction();
  await work(runner);
  await runner.commitTransaction();
}

/** Migrations that bring nothing which the requests of `use` need: without the registry of clients, none could be answered. */
const LATER: readonly MigrationInterface[] = [
  new CreateAuditSeals1796000004500(),
  new AddResourceAndChanges1796000010000(),
];

it('migrations after the first release run in both directions while the service is in use', async () => {
  const dataSource = new DataSource({ type: 'postgres', url: the(databaseUrl(service.dataDir)) });
  const runner = (await dataSource.initialize()).createQueryRunner();
  const over = new AbortController();
  const lanes = [1, 2, 3, 4].map((lane) => use(over.signal, lane));
  for (let round = 0; round < 3; round++) {
    for (const migration of LATER.toReversed()) await inTransaction(runner, (within) => migration.down(within));
    for (const migration of LATER) await inTransaction(runner, (within) => migration.up(within));
  }
  over.abort();
  await dataSource.destroy();
  const done = await Promise.all(lanes);
  expect(done.flatMap(({ faults }) => faults)).toEqual([]);
  expect(Math.min(...done.map(({ requests }) => requests))).toBeGreaterThan(0);
}, 120_000);

it('processes that start concurrently on an empty database migrate it once', async () => {
  const runs = await Promise.all([1, 2, 3, 4].map(() => runCli(service.dataDir, ['migrations', 'run'])));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
});
