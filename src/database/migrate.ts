import { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { lendSecrets, lentTo } from './migration-secrets.js';
import { migrationPool, type ServerPool } from './server-pool.js';

/** An arbitrary number that no other program is likely to lock. It is the same in every process of the service. */
const MIGRATION_LOCK = 7_355_610;
const LOOK_AGAIN_AFTER_MS = 250;
/** One for the lock, and one for the migrations. */
const CONNECTIONS = 2;

const logger = new Logger('Migrations');

/**
 * Brings the schema up to date, migration by migration. Processes of the previous version may still run, so a migration neither removes nor
 * locks anything that they use. Processes that start concurrently wait for each other. If one process dies, the next continues.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  await withMigrator(dataSource, async (migrator) => {
    const executor = new MigrationExecutor(migrator);
    executor.transaction = 'each';
    await executor.executePendingMigrations();
  });
}

/** Reverts the latest migration and returns its name; undefined when there is none. The previous version can then run without it. */
export async function revertLatest(dataSource: DataSource): Promise<string | undefined> {
  return withMigrator(dataSource, async (migrator) => {
    const executor = new MigrationExecutor(migrator);
    const [latest] = (await executor.getExecutedMigrations()).sort((a, b) => (b.id ?? 0) - (a.id ?? 0));
    if (!latest) return undefined;
    const migration = migrator.migrations.find(({ constructor: { name } }) => name === latest.name);
    executor.transaction = migration?.transaction === false ? 'none' : 'each';
    await executor.undoLastMigration();
    return latest.name;
  });
}

/** On PostgreSQL, migrations have their own connections without time limits, because indexing a large table takes minutes. */
async function withMigrator<T>(dataSource: DataSource, work: (migrator: DataSource) => Promise<T>): Promise<T> {
  const { options } = dataSource;
  // The embedded database has only one connection, and no other process can use it.
  if ('driver' in options && options.driver) return work(dataSource);
  const extra = migrationPool(options.extra as ServerPool, CONNECTIONS);
  const migrator = new DataSource({ ...options, extra });
  lendSecrets(migrator, lentTo(dataSource));
  await migrator.initialize();
  try {
    return await whileLocked(migrator, () => work(migrator));
  } finally {
    await migrator.destroy();
  }
}

/**
 * Runs the work while no other process runs it. The lock ends with its transaction, even if this process dies. A waiting process tries the
 * lock repeatedly, because a statement that waits for a lock would block CREATE INDEX CONCURRENTLY.
 */
async function whileLocked<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    for (let isFirst = true; !(await tryLock(runner)); isFirst = false) {
      if (isFirst) logger.log('Another process migrates the database: waiting for it.');
      await pause(LOOK_AGAIN_AFTER_MS);
    }
    return await work();
  } finally {
    if (runner.isTransactionActive && !runner.isReleased) await runner.rollbackTransaction();
    await runner.release();
  }
}

/**
 * The statement has no parameters. Otherwise the driver would leave it open on the connection, and CREATE INDEX CONCURRENTLY would wait for
 * it.
 */
async function tryLock(runner: QueryRunner): Promise<boolean> {
  const [row] = await runner.manager.query<{ isMine: boolean }[]>(
    `SELECT pg_try_advisory_xact_lock(${MIGRATION_LOCK}) AS "isMine"`,
  );
  return row?.isMine ?? false;
}
