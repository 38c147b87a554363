import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { startInProcess } from '../support/in-process.js';

let app: INestApplicationContext;
let stop: () => Promise<void>;
let dataSource: DataSource;
beforeAll(async () => {
  ({ app, stop } = await startInProcess());
  dataSource = app.get(DataSource);
});
afterAll(() => stop());

/** TypeORM's schema builder sends many concurrent queries on one connection. `pg` will not accept that from version 9 on. */
function queryInTurn(): void {
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = createQueryRunner(mode);
    const query = runner.query.bind(runner) as (...values: unknown[]) => Promise<unknown>;
    let previous: Promise<unknown> = Promise.resolve();
    const inTurn = (...values: unknown[]): Promise<unknown> => {
      const ask = (): Promise<unknown> => query(...values);
      previous = previous.then(ask, ask);
      return previous;
    };
    return Object.assign(runner, { query: inTurn });
  };
}

/** Every column, index and constraint of the schema, as the database describes it. */
function describeSchema(): Promise<unknown[]> {
  return dataSource.query(`
    SELECT 'column' AS kind, table_name || '.' || column_name AS name,
        concat_ws(' ', data_type, collation_name, is_nullable, column_default, is_identity) AS definition
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    ORDER BY 1, 2`);
}

describe('the schema', () => {
  it('matches the entities: no migration is left to generate', async () => {
    queryInTurn();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('can be reverted, migration by migration, and created again unchanged', async () => {
    const { migrate, revertLatest } = await import('../../src/database/migrate.js');
    const before = await describeSchema();
    const reverted: string[] = [];
    for (let name = await revertLatest(dataSource); name; name = await revertLatest(dataSource)) reverted.push(name);
    const tables = await dataSource.query<{ table_name: string }[]>(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'migrations'`,
    );
    await migrate(dataSource);
    expect([reverted.length, tables]).toEqual([dataSource.migrations.length, []]);
    expect(await describeSchema()).toEqual(before);
  });
});
