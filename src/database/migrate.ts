import { MigrationExecutor, type DataSource } from 'typeorm';

/** Any number no one else is likely to lock; the same in every process of the service. */
const MIGRATION_LOCK = 7_355_608;

/**
 * Brings the schema up to date, all or nothing. Processes that start at once wait for each other: the advisory lock is held by the
 * transaction, so it is let go with it, whatever happens to the process.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await new MigrationExecutor(dataSource, runner).executePendingMigrations();
    await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}
