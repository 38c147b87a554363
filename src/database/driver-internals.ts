import pg, { type ClientBase, type Pool } from 'pg';
import type { Socket } from 'node:net';
import type { DataSource } from 'typeorm';

/** Members of pg's client that its types do not declare. */
interface ClientInternals {
  readonly connection: pg.Connection & { readonly stream: Socket };
  readonly readyForQuery: boolean;
  /** The id of the server process behind the connection, or the id that the pooler gave; null before the handshake. */
  readonly processID: number | null;
  /** How often the pool has lent this connection. The pool closes a connection that reached its limit. */
  _poolUseCount: number;
  getStartupConf: () => Record<string, string>;
}

/** The members of a client that pg's types do not declare. Only this file uses internals of pg and TypeORM. */
export function internalsOf(client: ClientBase): ClientInternals {
  return client as unknown as ClientInternals;
}

/** The parameters that pg sends in the handshake of this client. */
export function startupConfOf(client: ClientBase): Record<string, string> {
  return internalsOf(pg.Client.prototype).getStartupConf.call(client);
}

/** The pool behind TypeORM's data source; undefined while the application closes. */
export function poolOf(dataSource: DataSource): Pool | undefined {
  return (dataSource.driver as unknown as { readonly master?: Pool }).master;
}
