import pg, { type ClientConfig } from 'pg';
import { isDatabaseAway, NotConnected, type HostFailure } from './database-failures.js';
import type { ServerHosts } from './server-hosts.js';
import { internalsOf, startupConfOf } from './driver-internals.js';
import { HANDSHAKE, prepareSession, UnsuitableDatabase } from './session.js';

/** What a server that only reads answers to a write. */
const READ_ONLY = '25006';
/** What the driver says of a host that does not answer. */
const TIMED_OUT = 'timeout expired';
const CONNECT_TIMEOUT_MS = 5_000;
/** What a client keeps when it takes over the state of another: its listeners. */
const KEPT = new Set<PropertyKey>(['_events', '_eventsCount', '_maxListeners']);

/** What the connections of a pool have in common. */
export interface ServerSession {
  readonly hosts: ServerHosts;
  /** Settings of each session, but of a pooler's. */
  readonly settings: Readonly<Record<string, string>>;
  /** A connection that owes an answer for longer is ended, in milliseconds; absent: none is. */
  readonly answerWithinMs?: number;
}

/**
 * A connection to the first host that accepts writes, ready for the statements of the service. The host that accepted the previous
 * connection is tried first. When the server answers that it only reads, the pool ends the connection after its use.
 */
export class ServerClient extends pg.Client {
  /** Whether a pooler, such as PgBouncer, lends this connection out: what a statement leaves on one may be gone with the next. */
  isPooled = false;
  readonly #config: ClientConfig;
  readonly #session: ServerSession;

  constructor(config: ClientConfig, session: ServerSession) {
    super({});
    this.#config = config;
    this.#session = session;
    // Who hands a connection over and who takes it both do not listen for a moment. An error then would end the process.
    this.on('error', () => undefined);
  }

  /** Connects, and prepares the session. @throws NotConnected with the reason of each host when none can be used */
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

  /** What the handshake sends; the driver calls this. */
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

  /** The driver reads the files that the URL names, such as certificates, when a client is made. */
  private connectTo(url: string): Promise<void> {
    const { connectionTimeoutMillis = CONNECT_TIMEOUT_MS } = this.#config;
    // Before the pool loses its patience: it would end the attempt at whichever host.
    const patience = Math.floor((connectionTimeoutMillis * 0.9) / this.#session.hosts.count);
    const config = { ...this.#config, connectionString: url, connectionTimeoutMillis: patience };
    this.become(new pg.Client(config));
    return new Promise((resolve, reject) => {
      super.connect((error?: Error | null) => {
        if (!error) {
          resolve();
          return;
        }
        // Before the driver sees the end of the connection, which it would take for the end of the next.
        this.abandon();
        reject(error.message === TIMED_OUT ? silent(patience) : error);
      });
    });
  }

  /** Takes over the state of a client that was never connected: the driver connects a client once. */
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
    // A server that is gone says nothing, and the system notices after minutes; until then the pool would be full of its connections.
    stream.setTimeout(answerWithinMs).on('timeout', () => {
      if (!internals.readyForQuery)
        stream.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    });
  }

  /** How an operator knows the host. */
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
