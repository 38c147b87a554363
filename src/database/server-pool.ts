import type { ClientConfig, Pool, PoolConfig } from 'pg';
import { hostUrls } from '../config/database-url.js';
import type { Settings } from '../config/settings.js';
import { ServerClient, type ServerSession } from './server-client.js';
import { ServerHosts } from './server-hosts.js';

const IDLE_TIMEOUT_MS = 60_000;
/** Connections are renewed regularly, so that they also reach a server that came back, or was added, behind a load balancer. */
const LIFETIME_SECONDS = 3_600;
const KEEP_ALIVE_AFTER_MS = 10_000;
/** If a process hangs in a transaction, PostgreSQL ends the transaction after this time and releases its locks. */
const IDLE_IN_TRANSACTION = '60s';
/** The server cancels a statement that takes too long. If even this answer does not arrive within this time, the server is lost. */
const ANSWER_GRACE_MS = 5_000;
/** Time limits that are turned off: they would end idle connections, or long migrations. PostgreSQL has the last one since version 17. */
const UNLIMITED = { idle_session_timeout: '0', transaction_timeout: '0' };

/** The options of a pool, and what the service has found out about the server. */
export interface ServerPool extends PoolConfig {
  readonly hosts: ServerHosts;
  /** Whether a pooler stands between the service and PostgreSQL. */
  isPooled?: boolean;
}

/** The options of the pool of connections to a PostgreSQL server: its size, and its time limits. */
export function serverPool(settings: Settings): ServerPool {
  const { DATABASE_STATEMENT_TIMEOUT, DATABASE_LOCK_TIMEOUT } = settings;
  return {
    max: settings.DATABASE_POOL_SIZE,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    ...clientsOf({
      hosts: serverHosts(settings),
      settings: limits(`${DATABASE_STATEMENT_TIMEOUT}s`, `${DATABASE_LOCK_TIMEOUT}s`, IDLE_IN_TRANSACTION),
      answerWithinMs: DATABASE_STATEMENT_TIMEOUT * 1_000 + ANSWER_GRACE_MS,
    }),
  };
}

/** The options of the pool for migrations. It has no time limits, because indexing a large table takes minutes. */
export function migrationPool({ hosts }: ServerPool, connections: number): ServerPool {
  return { max: connections, ...clientsOf({ hosts, settings: limits('0', '0', '0') }) };
}

/** A single connection without time limits, outside of any pool. */
export function loneClient(settings: Settings, config: ClientConfig): ServerClient {
  return new ServerClient(config, { hosts: serverHosts(settings), settings: limits('0', '0', '0') });
}

/** Whether the connections of a pool come from a pooler. */
export function isPooled(pool: Pool): boolean {
  return (pool.options as Partial<ServerPool>).isPooled ?? false;
}

function serverHosts(settings: Settings): ServerHosts {
  return new ServerHosts(hostUrls(settings.DATABASE_URL ?? '', settings));
}

function limits(statement: string, lock: string, idleInTransaction: string): Readonly<Record<string, string>> {
  return {
    statement_timeout: statement,
    lock_timeout: lock,
    idle_in_transaction_session_timeout: idleInTransaction,
    ...UNLIMITED,
  };
}

function clientsOf(session: ServerSession): ServerPool {
  return {
    hosts: session.hosts,
    // The pool calls this function with `new` for each connection.
    Client: function (config: ClientConfig) {
      return new ServerClient(config, session);
    } as never,
    onConnect(this: ServerPool, client) {
      this.isPooled = (client as ServerClient).isPooled;
    },
  };
}
