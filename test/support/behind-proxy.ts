import pg from 'pg';
import { databaseUrl, newData } from './data.js';
import { DatabaseProxy } from './database-proxy.js';
import { Service } from './service.js';
import { the } from './sessions.js';

/** Starts a service that reaches its PostgreSQL through a proxy, and a connection of the test's own beside both. */
export async function startBehindProxy(
  settings: NodeJS.ProcessEnv,
): Promise<{ service: Service; proxy: DatabaseProxy; database: pg.Client }> {
  const dataDir = await newData();
  const url = the(databaseUrl(dataDir));
  const proxy = await DatabaseProxy.start(url);
  const service = await Service.startOn(dataDir, { DATABASE_URL: proxy.url, ...settings });
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  return { service, proxy, database };
}
