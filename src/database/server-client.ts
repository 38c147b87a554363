import pg, { type ClientConfig } from 'pg';
import { isDatabaseAway, NotConnected, type HostFailure } from './database-failures.js';
import type { ServerHosts } from './server-hosts.js';
import { internalsOf, startupConfOf } from './driver-internals.js';
import { HANDSHAKE, prepareSession, UnsuitableDatabase } from './session.js';

/** The SQLSTATE with which a read-only server refuses a write. */
const READ_ONLY = '25006';
/** The driver's message for a host that does not answer. */
const TIMED_OUT = 'timeout expired';
const CONNECT_TIMEOUT_MS = 5_000;
/** The properties that a client keeps when it takes over the state of another client: its listeners. */
const KEPT = new Set<PropertyKey>(['_events', '_eventsCount', '_maxListeners']);

/** The options that all connections of a pool share. */
export interface ServerSession {
  readonly hosts: ServerHosts;
  /** The settings of each session. Connections of a pooler do not get them. */
  readonly settings: Readonly<Record<string, string>>;
  /** How long a connection waits for an answer before it is closed, in milliseconds. Absent means no limit. */
  readonly answerWithinMs?: number;
}

/**
 * A connection to the first host that accepts writes, ready for the statements of the service. The host that accepted the previous
 * connection is tried first. If the server turns out to be read-only, the pool closes the connection after its use.
 */
export class ServerClient extends pg.Client {
  /** Whether the connection leads to a pooler, such as PgBouncer: the next statement may then run on another session of PostgreSQL. */
  isPooled = false;
  readonly #config: ClientConfig;
  readonly #session: ServerSession;

  constructor(config: ClientConfig, session: ServerSession) {
    super({});
    this.#config = config;
    this.#session = session;
    // When a connection changes hands, neither side listens for a moment. Without this listener, an error in that moment would end the
    // process.
    this.on('error', () => undefined);
  }

  /** Connects and prepares the session. @throws NotConnected with the reason for each host when no host can be used */
  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error | null) => void): void;
  override connect(callback?: (error: Error | null) => void): Promise<pg.Client> | void {
    const connected = this.connectToFirst();
    if (!callback) return connected;
    const done = (error: Error | null): void => {
      process.nextTick(callback, error);
    };
    connected.then(() => {
      done(null);
    }, done);
  }

  /** Returns the parameters of the handshake. The driver calls this method. */
  getStartupConf(): Record<string, string> {
    return { ...startupConfOf(this), ...HANDSHAKE };
  }

  private async connectToFirst(): Promise<this> {
    const { hosts } = this.#session;
    const failures: HostFailure[] = [];
    for (const url of hosts.inOrder()) {
      try {
        await this.connectTo(url);
        this.isPooled = await prepareSession(this, this.#session.settings);
        hosts.accepted(url);
        this.watch();
        return this;
      } catch (error) {
        this.abandon();
        failures.push({ host: this.hostName(url), error: error as Error });
      }
    }
    throw new NotConnected(failures, failures.some(mayPass));
  }

  /** Makes a new client for each attempt: only then does the driver read the files that the URL names, such as certificates. */
  private connectTo(url: string): Promise<void> {
    const { connectionTimeoutMillis = CONNECT_TIMEOUT_MS } = this.#config;
    // All attempts together end before the time limit of the pool. Otherwise the pool would cut the attempts short, at any host.
    const patience = Math.floor((connectionTimeoutMillis * 0.9) / this.#session.hosts.count);
    const config = { ...this.#config, connectionString: url, connectionTimeoutMillis: patience };
    this.become(new pg.Client(config));
    return new Promise((resolve, reject) => {
      super.connect((error?: Error | null) => {
        if (!error) {
          resolve();
          return;
        }
        // This must happen before the driver notices the end of the connection. Otherwise it would treat the next connection as ended.
        this.abandon();
        reject(error.message === TIMED_OUT ? silent(patience) : error);
      });
    });
  }

  /** Takes over the state of a client that was never connected, because the driver connects each client only once. */
  private become(fresh: pg.Client): void {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(fresh)))
      if (!KEPT.has(name)) Reflect.set(this, name, value);
  }

  private abandon(): void {
    const { connection } = internalsOf(this);
    connection.removeAllListeners();
    connection.on('error', () => undefined);
    connection.stream.destroy();
  }

  private watch(): void {
    const internals = internalsOf(this);
    const { stream } = internals.connection;
    internals.connection.on('errorMessage', ({ code }: { readonly code?: string }) => {
      if (code === READ_ONLY) internals._poolUseCount = Infinity;
    });
    const { answerWithinMs } = this.#session;
    if (answerWithinMs === undefined) return;
    // A silently lost server sends nothing, and TCP times out only after minutes. Until then its connections would fill the pool.
    stream.setTimeout(answerWithinMs).on('timeout', () => {
      if (!internals.readyForQuery)
        stream.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    });
  }

  /** The host in the form that operators know. */
  private hostName(url: string): string {
    const { searchParams } = new URL(url);
    const host = searchParams.get('host') ?? this.host;
    const port = searchParams.get('port') ?? this.port;
    return host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`;
  }
}

function mayPass({ error }: HostFailure): boolean {
  return error instanceof UnsuitableDatabase ? error.mayPass : isDatabaseAway(error);
}

function silent(afterMs: number): Error {
  const error = new Error(`no answer within ${afterMs / 1_000} seconds`);
  return Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' });
}
