import type { Columns } from '../database/batch-rows.js';
import { parameterList, type Parameters } from '../database/named-parameters.js';
import { rowOf, statement, type Definition, type Statement, type Taken } from '../database/statement.js';
import { ACT, ACT_COLUMNS, withEvent, type ActValues } from './audited.js';

/** What an event about records of a resource has beside the act. */
const COLUMNS = 'record_ids, resource, changes';

/** The parameter of an act that changes a record: its changes as JSON, see `MemberChange`. */
const CHANGES = { changes: 'text?' } as const;

/** An act on records of a resource and its event, as one statement is made of them. */
interface ResourceAct<P extends Parameters, C extends Columns, Row> extends Omit<Definition<P, C, Row>, 'text'> {
  /** The name of the resource, such as `Coupon`. */
  readonly resource: string;
  /** SQL that acts. It must return the `id` of each record. */
  readonly act: string;
  /** SQL: which columns of what the act returned the statement returns. */
  readonly columns: string;
}

/**
 * Joins an act and its events into one statement, as `audited` does for refresh tokens. The statement takes the parameters of the act, those
 * of `ACT`, and `changes`.
 * @throws Error as `withEvent` does
 */
export function auditedResource<const P extends Parameters = never, const C extends Columns = never, Row = unknown>({
  act,
  columns,
  resource,
  ...definition
}: ResourceAct<P, C, Row>): Statement<Taken<P, C> & ActValues & { readonly changes: string | null }, Row> {
  const text = `WITH act AS (${act}), event AS (
      INSERT INTO audit_trail_entries (${ACT_COLUMNS}, ${COLUMNS})
      SELECT ${parameterList(ACT, 'typed')}, ARRAY[id], '${resource}', :changes::text::jsonb FROM act)
    SELECT ${columns} FROM act`;
  const parameters = withEvent(definition, { ...ACT, ...CHANGES });
  return statement({ ...definition, parameters, text }) as Statement<
    Taken<P, C> & ActValues & { readonly changes: string | null },
    Row
  >;
}

/** SQL: an event for each row of `act`, which has the columns of `ACT` and the `id` of a record. */
export function eventOfEach(resource: string): string {
  return `INSERT INTO audit_trail_entries (${ACT_COLUMNS}, record_ids, resource)
      SELECT ${ACT_COLUMNS}, ARRAY[id], '${resource}' FROM act`;
}

/** SQL: the one event of records that were shown together, as `shownEvent` is for refresh tokens. No records are no event. */
export function shownResource(resource: string, from: string): string {
  return `INSERT INTO audit_trail_entries (${ACT_COLUMNS}, record_ids, resource)
      SELECT ${parameterList(ACT, 'typed')}, array_agg(id ORDER BY id), '${resource}' FROM ${from} HAVING count(*) > 0`;
}

/** An act that is about the resource as a whole or about several records, such as a command. */
const GENERAL = { ...ACT, recordIds: 'bigint[]', resource: 'text' } as const;

/** Writes one event about some records of a resource, and returns when. */
export const RECORD_RESOURCE_ACT = statement({
  name: 'audit-record-resource-act',
  parameters: GENERAL,
  returns: rowOf<{ createdOn: Date }>(),
  text: `INSERT INTO audit_trail_entries (${ACT_COLUMNS}, record_ids, resource) VALUES (${parameterList(GENERAL)})
    RETURNING created_on AS "createdOn"`,
});
