import type { Socket } from 'node:net';
import type { ClientBase, ClientConfig, Pool, PoolConfig } from 'pg';
import type { Settings } from '../config/settings.js';
import { serverClient } from './server-client.js';

const IDLE_TIMEOUT_MS = 60_000;
/** A connection that is renewed now and then finds its way to a server that came back, or was added, behind a balancer. */
const LIFETIME_SECONDS = 3_600;
const KEEP_ALIVE_AFTER_MS = 10_000;
/** A transaction whose process hangs lets its locks go after this. */
const IDLE_IN_TRANSACTION = '60s';
/** The server cancels what takes too long. When not even that is heard, the server is gone. */
const ANSWER_GRACE_MS = 5_000;

const SET_LIMITS = `SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
  set_config('idle_in_transaction_session_timeout', $3, false)`;

interface PoolFacts extends PoolConfig {
  /** Whether a pooler stands between the service and PostgreSQL. */
  isPooled?: boolean;
}

/** What the driver does not declare: its socket, and whether nothing is being asked. */
interface Innards {
  readonly connection: { readonly stream: Socket };
  readonly readyForQuery: boolean;
}

/** How the pool of connections to a PostgreSQL server is kept: its size, limits of time, and what was found out about the server. */
export function serverPool(settings: Settings): PoolFacts {
  const { DATABASE_STATEMENT_TIMEOUT, DATABASE_LOCK_TIMEOUT } = settings;
  const limits = [`${DATABASE_STATEMENT_TIMEOUT}s`, `${DATABASE_LOCK_TIMEOUT}s`, IDLE_IN_TRANSACTION];
  return {
    // The pool makes each with `new`.
    Client: function (config: ClientConfig) {
      return serverClient(config);
    } as never,
    max: settings.DATABASE_POOL_SIZE,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    maxLifetimeSeconds: LIFETIME_SECONDS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    ...limitedTo(limits, DATABASE_STATEMENT_TIMEOUT * 1_000 + ANSWER_GRACE_MS),
  };
}

/**
 * Whether a pooler, such as PgBouncer, lends this connection out by the transaction or the session: then the process that answers is
 * not the one that the handshake named.
 */
export async function isPooledClient(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid !== (client as unknown as { processID: number }).processID;
}

/** How the migrations' connections are kept: without limits of time, for to index a large table takes minutes. */
export function migrationPool(connections: number): PoolFacts {
  return { max: connections, ...limitedTo(['0', '0', '0']) };
}

/**
 * Prepares each new connection: finds out whether it is pooled, sets its limits, as `SET_LIMITS` takes them, and ends it when an answer
 * is waited for longer than told, in milliseconds.
 */
function limitedTo(limits: readonly string[], answerWithinMs?: number): PoolFacts {
  return {
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it; its types do not say so
    async onConnect(this: PoolFacts, client: ClientBase) {
      // Who hands a connection over and who takes it both do not listen for a moment. An error then would end the process.
      client.on('error', () => undefined);
      if (answerWithinMs !== undefined) endWhenSilent(client, answerWithinMs);
      this.isPooled = await isPooledClient(client);
      // Behind a pooler they would be left to whoever gets the connection next.
      if (!this.isPooled) await client.query(SET_LIMITS, [...limits]);
    },
  };
}

/** A server that is gone says nothing, and the system notices after minutes; until then the pool would be full of its connections. */
function endWhenSilent(client: ClientBase, ms: number): void {
  const innards = client as unknown as Innards;
  const { stream } = innards.connection;
  stream.setTimeout(ms).on('timeout', () => {
    if (!innards.readyForQuery) stream.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
  });
}

/** Whether the connections of a pool come from a pooler: what a statement leaves on one may be gone with the next. */
export function isPooled(pool: Pool): boolean {
  return (pool.options as PoolFacts).isPooled ?? false;
}
