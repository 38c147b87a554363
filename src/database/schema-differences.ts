import type { DataSource, QueryRunner } from 'typeorm';

/** The statements that bring the database to what the entities declare, and those that bring it back. */
export interface SchemaDifferences {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** Compares all entities with the database by TypeORM's schema builder. It changes nothing. For a command: other work of the data source is slower meanwhile. */
export async function schemaDifferences(dataSource: DataSource): Promise<SchemaDifferences> {
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => queryingInTurn(createQueryRunner(mode));
  try {
    const { upQueries, downQueries } = await dataSource.driver.createSchemaBuilder().log();
    const textsOf = (queries: typeof upQueries): string[] => queries.map(({ query }) => query);
    return { up: textsOf(upQueries), down: textsOf(downQueries).reverse() };
  } finally {
    dataSource.createQueryRunner = createQueryRunner;
  }
}

/** The schema builder sends concurrent queries on one connection. pg warns of that, and will refuse it from version 9 on. */
function queryingInTurn(runner: QueryRunner): QueryRunner {
  const query = runner.query.bind(runner) as (...values: unknown[]) => Promise<unknown>;
  let previous: Promise<unknown> = Promise.resolve();
  return Object.assign(runner, {
    query: (...values: unknown[]): Promise<unknown> => {
      const next = (): Promise<unknown> => query(...values);
      previous = previous.then(next, next);
      return previous;
    },
  });
}
