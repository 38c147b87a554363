import type { ClientConfig, Pool, PoolConfig } from 'pg';
import { hostUrls } from '../config/database-url.js';
import type { Settings } from '../config/settings.js';
import { ServerClient, type ServerSession } from './server-client.js';
import { ServerHosts } from './server-hosts.js';

const IDLE_TIMEOUT_MS = 60_000;
/** A connection that is renewed now and then finds its way to a server that came back, or was added, behind a balancer. */
const LIFETIME_SECONDS = 3_600;
const KEEP_ALIVE_AFTER_MS = 10_000;
/** A transaction whose process hangs lets its locks go after this. */
const IDLE_IN_TRANSACTION = '60s';
/** The server cancels what takes too long. When not even that is heard, the server is gone. */
const ANSWER_GRACE_MS = 5_000;
/** What ends connections that wait on purpose, or migrations that take long. The last one came with PostgreSQL 17. */
const UNLIMITED = { idle_session_timeout: '0', transaction_timeout: '0' };

/** The options of a pool, with what was found out about the server. */
export interface ServerPool extends PoolConfig {
  readonly hosts: ServerHosts;
  /** Whether a pooler stands between the service and PostgreSQL. */
  isPooled?: boolean;
}

/** How the pool of connections to a PostgreSQL server is kept: its size, and limits of time. */
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

/** How the migrations' connections are kept: without limits of time, for to index a large table takes minutes. */
export function migrationPool({ hosts }: ServerPool, connections: number): ServerPool {
  return { max: connections, ...clientsOf({ hosts, settings: limits('0', '0', '0') }) };
}

/** A connection of its own, without limits of time, that is in no pool. */
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
    // The pool makes each with `new`.
    Client: function (config: ClientConfig) {
      return new ServerClient(config, session);
    } as never,
    onConnect(this: ServerPool, client) {
      this.isPooled = (client as ServerClient).isPooled;
    },
  };
}
