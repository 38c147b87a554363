import { ACT, type ActValues } from '../../audit/audited.js';
import { auditedResource, eventOfEach, shownResource } from '../../audit/resource-events.statements.js';
import { batchRows, type Numbered } from '../../database/batch-rows.js';
import { parameterList, type Parameters, type Scalar } from '../../database/named-parameters.js';
import { NOW_SECOND } from '../../database/now-second.js';
import { rowOf, statement, type Statement } from '../../database/statement.js';
import { PAGE, pageSql, type Found } from '../page-reader.service.js';
import { WRITE, type Write } from '../write-envelope.js';
import type { DeclaredResource } from './declared-resource.js';
import type { Row } from './row.js';

/** The values of a record's members by name, and of the columns that the kit writes. */
export type Values = Readonly<Record<string, unknown>>;

/** What a statement that acts and audits takes. */
type Audited = ActValues & { readonly changes: string | null };

/** The statements of a resource. */
export interface ResourceStatements {
  readonly create: Statement<Values & Audited, Write>;
  readonly readEach: Statement<
    { readonly batch: readonly (ActValues & { readonly recordId: number })[] },
    Numbered<Row>
  >;
  /** Reads the records of a page if they are small together, with one event for all of them. */
  readonly readPage: Statement<
    ActValues & { readonly ids: readonly number[]; readonly smallBytes: number },
    Found & Row
  >;
  /** Reads some records of a page that is not small. */
  readonly readSlice: Statement<{ readonly ids: readonly number[] }, Row>;
  /** Writes the event of a page that is not small. */
  readonly shown: Statement<ActValues & { readonly ids: readonly number[] }>;
  /** Locks records in the order of their ids. */
  readonly lock: Statement<{ readonly ids: readonly number[] }, Row>;
  readonly update: Statement<Values & Audited & { readonly id: number; readonly updatedBy: string }, Write>;
  readonly delete: Statement<Audited & { readonly id: number; readonly author: string }, Write>;
}

const READING = { recordId: 'bigint', ...ACT } as const;

const known = new WeakMap<object, ResourceStatements>();

/** Gives a resource of the service itself its own statements, for the same parameters and rows. */
export function useStatements(resource: DeclaredResource<object>, statements: object): void {
  known.set(resource, statements as ResourceStatements);
}

/**
 * The statements of a resource: prepared, named after its table, each act with its audit event in one statement. They are made once in a
 * process, however many applications it has.
 */
export function statementsOf(resource: DeclaredResource<object>): ResourceStatements {
  const statements = known.get(resource) ?? madeFor(resource);
  known.set(resource, statements);
  return statements;
}

/** SQL: the records with some ids. */
function byIdsOf(resource: DeclaredResource<object>): string {
  return `${rowsOf(resource)} WHERE id = ANY ((SELECT :ids::bigint[])::bigint[])`;
}

function rowsOf(resource: DeclaredResource<object>): string {
  return `SELECT ${columnsOf(resource)}, ${bytesOf(resource)} AS bytes FROM "${resource.table}"`;
}

/** The statements of a resource that only read it. */
export function readingStatementsOf(
  resource: DeclaredResource<object>,
): Omit<ResourceStatements, 'create' | 'update' | 'delete'> {
  const { name, table } = resource;
  const record = recordOf(resource);
  const byIds = byIdsOf(resource);
  const readEach = statement({
    name: `${table}-read-each`,
    batch: READING,
    returns: rowOf<Numbered<Row>>(),
    text: `WITH act AS (
        SELECT * FROM ${batchRows(READING)} JOIN (${rowsOf(resource)}) found ON found.id = batch.record_id
      ), event AS (${eventOfEach(name)})
      SELECT ordinal::int, ${record} FROM act`,
  });
  const lock = statement({
    name: `${table}-lock`,
    parameters: { ids: 'bigint[]' },
    returns: rowOf<Row>(),
    text: `SELECT ${record} FROM (${byIds} ORDER BY id FOR UPDATE) act ORDER BY id`,
  });
  const readPage = statement({
    name: `${table}-read-page`,
    parameters: { ...PAGE, ...ACT },
    returns: rowOf<Found & Row>(),
    text: pageSql(byIds, record, shownResource(name, 'act, page WHERE fits')),
  });
  const readSlice = statement({
    name: `${table}-read-slice`,
    isIdempotent: true,
    parameters: { ids: 'bigint[]' },
    returns: rowOf<Row>(),
    text: `SELECT ${record} FROM (${byIds}) act`,
  });
  const shown = statement({
    name: `${table}-shown`,
    parameters: { ids: 'bigint[]', ...ACT },
    text: shownResource(name, `(${byIds}) act`),
  });
  return { readEach, readPage, readSlice, shown, lock };
}

function madeFor(resource: DeclaredResource<object>): ResourceStatements {
  const { name, table, writable } = resource;
  const reading = readingStatementsOf(resource);
  const members = parametersOf(resource);
  const columns = writable.map(({ column }) => `"${column}"`).join(', ');
  const acting = { resource: name, returns: rowOf<Write>(), columns: WRITE };
  const created = { uniqueId: 'uuid', updatedBy: 'text', ...members } satisfies Parameters;
  const create = auditedResource({
    ...acting,
    name: `${table}-create`,
    parameters: created,
    act: `INSERT INTO "${table}" (unique_id, updated_by, ${columns}) VALUES (${parameterList(created)})
      RETURNING id, updated_on, updated_by`,
  });
  const update = auditedResource({
    ...acting,
    name: `${table}-update`,
    parameters: { id: 'bigint', updatedBy: 'text', ...members },
    act: `UPDATE "${table}" SET ${writable.map(({ name: member, column }) => `"${column}" = :${member}`).join(', ')},
      updated_by = :updatedBy, updated_on = ${NOW_SECOND} WHERE id = :id RETURNING id, updated_on, updated_by`,
  });
  const remove = auditedResource({
    ...acting,
    name: `${table}-delete`,
    parameters: { id: 'bigint', author: 'text' },
    act: `DELETE FROM "${table}" WHERE id = :id RETURNING id, ${NOW_SECOND} AS updated_on, :author::text AS updated_by`,
  });
  return { ...reading, create, update, delete: remove } as unknown as ResourceStatements;
}

/** The members that clients may set, as parameters of statements. */
export function parametersOf(resource: DeclaredResource<object>): Readonly<Record<string, Scalar>> {
  const { writable } = resource;
  return Object.fromEntries(
    writable.map(({ name, kind, isRequired }) => [resource.fieldOf(name), isRequired ? kind.sql : `${kind.sql}?`]),
  );
}

/** SQL: the columns of stored members, under their names in a row. */
export function storedColumns(resource: DeclaredResource<object>, members = resource.all): string {
  const stored = members.filter(({ options: { of } }) => !of);
  return stored
    .map(({ name, column }) => {
      const field = resource.fieldOf(name);
      return column === field ? column : `${column} AS "${field}"`;
    })
    .join(', ');
}

/** The stored members of a record by their SQL, beside the Id. */
function namesOf({ all }: DeclaredResource<object>): (readonly [sql: string, name: string])[] {
  return all
    .filter(({ name, options }) => name !== 'Id' && !options.of)
    .map(({ name, column, options: { sql } }) => [sql ?? `"${column}"`, name]);
}

/** SQL: the columns of the table under the names of the members, which are no names of other columns: these begin with a capital. */
function columnsOf(resource: DeclaredResource<object>): string {
  return ['id', ...namesOf(resource).map(([sql, name]) => `${sql} AS "${name}"`)].join(', ');
}

/** SQL: a record, from a row of `columnsOf`. */
function recordOf(resource: DeclaredResource<object>): string {
  return ['id', ...namesOf(resource).map(([, name]) => `"${name}"`)].join(', ');
}

/** SQL: how large a record is as JSON: its texts, which `ToStringText` may repeat, and what is around them. */
function bytesOf({ writable }: DeclaredResource<object>): string {
  const stored = writable.filter(({ options: { isWriteOnly } }) => !isWriteOnly);
  const texts = stored.filter(({ kind }) => kind.sql === 'text').map(({ column }) => `"${column}"`);
  return `2 * octet_length(concat(${texts.join(', ')})) + ${600 + 60 * writable.length}`;
}
