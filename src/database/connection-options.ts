import pg from 'pg';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import type { Settings } from '../config/settings.js';
import { EmbeddedDatabase } from './embedded-database.js';
import type { EngineSource } from './engine-source.js';
import { serverPool } from './server-pool.js';

const CONNECT_TIMEOUT_MS = 5_000;

// Otherwise the driver would write dates with the offset of this process's time zone, in whole minutes. Some historical offsets also have
// seconds, which would be lost.
pg.defaults.parseInputDatesAsUTC = true;

/** TypeORM's options for the database that the settings name: a PostgreSQL server, or the embedded database, which this function opens. */
export async function connectionOptions(settings: Settings, engine?: EngineSource): Promise<PostgresDataSourceOptions> {
  const common = {
    type: 'postgres',
    applicationName: 'tessera',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // A uuid column would otherwise make TypeORM try to create an extension; the service makes its own UUIDs.
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    // Every bigint in our tables is below 2^53.
    parseInt8: true,
    logging: false,
  } as const;
  if (settings.DATABASE_URL) return { ...common, extra: serverPool(settings) };
  const embedded = await EmbeddedDatabase.open(settings.DATA_DIR, engine);
  return { ...common, driver: embedded.driver() };
}
