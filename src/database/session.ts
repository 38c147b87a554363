import type { ClientBase } from 'pg';
import { internalsOf } from './driver-internals.js';
import { statement, valuesInOrder } from './statement.js';

/** A setting of the session that the statements rely on, or the code that reads their results. */
interface ReliedOn {
  readonly value: string;
  /** Other values that work as well. Absent means that no other value works. */
  readonly accepts?: RegExp;
}

/**
 * Settings that the handshake sends. Poolers read these settings from the handshake and set them on each connection that they lend
 * (PgBouncer: its tracked parameters). The defaults of a role, database or server may differ.
 */
export const HANDSHAKE: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};

/**
 * Settings that the service sets on each connection. On a connection of a pooler the service only checks them. Otherwise the next user of
 * the connection would get them too.
 */
const RELIED_ON: Readonly<Record<string, ReliedOn>> = {
  client_encoding: { value: 'UTF8', accepts: /^UTF-?8$/i },
  datestyle: { value: 'ISO, MDY', accepts: /^ISO/ },
  timezone: { value: 'UTC', accepts: /^(Etc\/)?(UTC|GMT|UCT|Zulu)$/i },
  standard_conforming_strings: { value: 'on' },
  intervalstyle: { value: 'postgres' },
  bytea_output: { value: 'hex' },
  array_nulls: { value: 'on' },
  // With fewer digits, PostgreSQL would round times that are read as numbers.
  extra_float_digits: { value: '1', accepts: /^[1-3]$/ },
  // With a higher level, statements that wait for a row and then check its newest state would fail.
  default_transaction_isolation: { value: 'read committed' },
};
const NAMES = Object.keys(RELIED_ON);

const LEAST_VERSION = 15;

/**
 * Finds out what a new connection leads to, and prepares its session. It sets the settings `names` to `wanted`, except those that this
 * version of PostgreSQL does not know, and reads the settings of `read`. On a connection of a pooler it sets nothing. It recognises a
 * pooler by the answering process, which is then not `process`, the process that the handshake named.
 */
const PREPARE = statement({
  name: 'connection-prepare',
  isPrepared: false,
  parameters: { process: 'int?', names: 'text[]', wanted: 'text[]', read: 'text[]' },
  text: `SELECT pg_backend_pid() IS DISTINCT FROM :process::int AS "isPooled", pg_is_in_recovery() AS "isStandby",
  current_setting('default_transaction_read_only') = 'on' AS "isReadOnly", current_setting('server_encoding') AS encoding,
  current_setting('server_version_num')::int AS version, current_schema() AS schema, current_setting('search_path') AS path,
  current_user AS role, current_database() AS database,
  (SELECT array_agg(current_setting(name) ORDER BY place) FROM unnest(:read::text[]) WITH ORDINALITY AS read (name, place)) AS session,
  (SELECT count(set_config(name, value, false)) FROM unnest(:names::text[], :wanted::text[]) AS wanted (name, value)
    WHERE pg_backend_pid() = :process::int AND current_setting(name, true) IS NOT NULL)`,
});

interface Found {
  readonly isPooled: boolean;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly encoding: string;
  readonly version: number;
  readonly schema: string | null;
  readonly path: string;
  readonly role: string;
  readonly database: string;
  readonly session: string[];
}

/** A connection was made, but the service cannot work with the database behind it. `remedy` says what an operator can do. */
export class UnsuitableDatabase extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    /** Whether the reason may be temporary: a standby may be promoted. */
    readonly mayPass = false,
  ) {
    super(message);
  }
}

/**
 * Prepares a new connection in one round trip: sets the settings that the service relies on, and the given settings, such as time limits.
 * @returns whether the connection comes from a pooler
 * @throws UnsuitableDatabase when the connection leads to a read-only database, or to a database that the service cannot use
 */
export async function prepareSession(client: ClientBase, settings: Readonly<Record<string, string>>): Promise<boolean> {
  const { processID } = internalsOf(client);
  const relied = Object.entries(RELIED_ON).map(([name, { value }]) => [name, value]);
  const wanted = { ...(Object.fromEntries(relied) as Record<string, string>), ...settings };
  const given = { process: processID, names: Object.keys(wanted), wanted: Object.values(wanted), read: NAMES };
  const { rows } = await client.query<Found>(PREPARE.text, valuesInOrder(PREPARE, given));
  const [found] = rows;
  if (!found) throw new Error('PostgreSQL returned no row for a new connection.');
  judge(found);
  return found.isPooled;
}

function judge({
  isPooled,
  isStandby,
  isReadOnly,
  encoding,
  version,
  schema,
  path,
  role,
  database,
  session,
}: Found): void {
  if (version < LEAST_VERSION * 10_000) {
    const major = Math.floor(version / 10_000);
    throw new UnsuitableDatabase(`it is PostgreSQL ${major}`, `use PostgreSQL ${LEAST_VERSION} or later`);
  }
  if (encoding !== 'UTF8') {
    const remedy = `create a database in UTF8: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'`;
    throw new UnsuitableDatabase(`server_encoding of database "${database}" is ${encoding}`, remedy);
  }
  if (isStandby) {
    const remedy = 'name the primary, or all hosts separated by commas, or promote this one';
    throw new UnsuitableDatabase('it is a standby, which accepts no writes', remedy, true);
  }
  if (isReadOnly) {
    const remedy = `free its disk if the provider set this, or: ALTER ROLE "${role}" SET default_transaction_read_only = off`;
    throw new UnsuitableDatabase('it accepts no writes: default_transaction_read_only is on', remedy, true);
  }
  if (schema === null) {
    const remedy = `create one, or: GRANT USAGE, CREATE ON SCHEMA … TO "${role}"`;
    throw new UnsuitableDatabase(`search_path (${path}) names no schema that role "${role}" may use`, remedy);
  }
  if (isPooled) judgePooled(session, role);
}

function judgePooled(session: readonly string[], role: string): void {
  for (const [n, [name, { value, accepts }]] of Object.entries(RELIED_ON).entries()) {
    const found = session[n] ?? '';
    if (accepts ? accepts.test(found) : found === value) continue;
    throw new UnsuitableDatabase(
      `${name} is ${found} on the connections of a pooler`,
      `run ALTER ROLE "${role}" SET ${name} = '${value}', and have the pooler connect again (PgBouncer: RECONNECT)`,
    );
  }
}
