import { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';

/** Any number no one else is likely to lock; the same in every process of the service. */
const MIGRATION_LOCK = 7_355_610;
const LOOK_AGAIN_AFTER_MS = 250;
/** The lock's, and the migrations'. */
const CONNECTIONS = 2;

const logger = new Logger('Migrations');

/**
 * Brings the schema up to date, migration by migration. Each runs under processes of the version before, so none takes away or locks
 * what those use. Processes that start at once wait for each other. One that dies on the way leaves the rest to the next.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const { options } = dataSource;
  // The embedded database has one connection, and one process.
  if ('driver' in options && options.driver) {
    await executorOf(dataSource).executePendingMigrations();
    return;
  }
  // On connections of its own, without limits of time: to index a large table takes minutes.
  const migrator = new DataSource({ ...options, extra: { max: CONNECTIONS } });
  await migrator.initialize();
  try {
    await whileLocked(migrator, () => executorOf(migrator).executePendingMigrations());
  } finally {
    await migrator.destroy();
  }
}

/** Takes the last migration back, and says whether there was one. */
export function executorOf(dataSource: DataSource): MigrationExecutor {
  const executor = new MigrationExecutor(dataSource);
  executor.transaction = 'each';
  return executor;
}

/**
 * Does something while no other process does. The lock is let go with its transaction, whatever happens to this process. It is asked
 * for again and again instead of waited for: an index is made once all statements before it are over, those that wait included.
 */
async function whileLocked(dataSource: DataSource, work: () => Promise<unknown>): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    for (let isFirst = true; !(await tryLock(runner)); isFirst = false) {
      if (isFirst) logger.log('Another process migrates the database: waiting for it.');
      await pause(LOOK_AGAIN_AFTER_MS);
    }
    await work();
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

async function tryLock(runner: QueryRunner): Promise<boolean> {
  const [row] = await runner.manager.query<{ isMine: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS "isMine"', [
    MIGRATION_LOCK,
  ]);
  return row?.isMine ?? false;
}
