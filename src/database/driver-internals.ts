import pg, { type ClientBase, type Pool } from 'pg';
import type { Socket } from 'node:net';
import type { DataSource } from 'typeorm';

/** Members of pg's client that its types do not declare. */
interface ClientInternals {
  readonly connection: pg.Connection & { readonly stream: Socket };
  readonly readyForQuery: boolean;
  /** The process of the server behind the connection, or of its pooler; null before the handshake. */
  readonly processID: number | null;
  /** The pool ends a connection that was used as often as a connection may be. */
  _poolUseCount: number;
  getStartupConf: () => Record<string, string>;
}

/** What TypeORM and pg do not declare, and the service relies on: all of it stands in this file. */
export function internalsOf(client: ClientBase): ClientInternals {
  return client as unknown as ClientInternals;
}

/** What pg sends in the handshake of this client. */
export function startupConfOf(client: ClientBase): Record<string, string> {
  return internalsOf(pg.Client.prototype).getStartupConf.call(client);
}

/** The pool behind TypeORM's data source; undefined while the application closes. */
export function poolOf(dataSource: DataSource): Pool | undefined {
  return (dataSource.driver as unknown as { readonly master?: Pool }).master;
}
