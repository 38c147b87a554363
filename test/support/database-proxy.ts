import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a service and its PostgreSQL, and can make PostgreSQL unreachable: connections break, and new connections are refused. */
export class DatabaseProxy {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private port = 0;
  private isFrozen = false;

  private constructor(private readonly target: URL) {}

  static async start(databaseUrl: string): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(new URL(databaseUrl));
    await proxy.restore();
    return proxy;
  }

  /** The URL of the database through this proxy. */
  get url(): string {
    return Object.assign(new URL(this.target), { hostname: '127.0.0.1', port: String(this.port) }).href;
  }

  /** Breaks open connections, and refuses new connections. */
  async cut(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(server, 'close');
  }

  /** Forwards nothing more: the connections stay open and are silent. */
  freeze(): void {
    this.isFrozen = true;
    this.strand();
  }

  /** Silences the open connections. New connections work. */
  strand(): void {
    for (const socket of this.sockets) socket.pause();
  }

  /** Forwards again, including the delayed data. */
  thaw(): void {
    this.isFrozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** Accepts connections again. */
  async restore(): Promise<void> {
    this.server = createServer((client) => {
      const upstream = connect(Number(this.target.port), this.target.hostname);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.sockets.add(from);
        from
          .on('error', () => undefined)
          .on('close', () => {
            this.sockets.delete(from);
            to.destroy();
          });
        from.pipe(to);
        if (this.isFrozen) from.pause();
      }
    }).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }
}
