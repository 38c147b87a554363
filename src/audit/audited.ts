import type { Columns } from '../database/batch-rows.js';
import { columnList, columnsIn, parameterList, type Parameters, type ValuesOf } from '../database/named-parameters.js';
import { statement, type Definition, type Statement, type Taken } from '../database/statement.js';
import type { AuditAct } from './audit-event.js';

/** The parameters that describe an act. The event has columns of the same names. */
export const ACT = {
  kind: 'text',
  actor: 'text',
  reason: 'text?',
  address: 'text?',
  userAgent: 'text?',
  requestId: 'text?',
} as const;
export const ACT_COLUMNS = columnList(ACT);

/** The values of `ACT`. */
export type ActValues = ValuesOf<typeof ACT>;

/** SQL: the columns of an event: first the act, then the session and records that it was about. */
export const EVENT_COLUMNS = `${ACT_COLUMNS}, subject, client_id, session_id, record_ids,
  last_address, last_user_agent, last_request_id, last_redeemed_on`;

/** SQL: the values of `EVENT_COLUMNS` after the act, from a row of `recordFacts`. */
export const FACTS_OF_EVENT = `subject, client_id, unique_id, ARRAY[id],
  host(last_address), last_user_agent, last_request_id, last_redeemed_on`;

/** SQL: the columns of a record that its event contains. An act must return them. */
export function recordFacts(alias: string): string {
  const of = 'id, unique_id, subject, client_id, last_address, last_user_agent, last_request_id, last_redeemed_on';
  return columnsIn(alias, of);
}

/** The parts of a statement that acts and writes the event. */
interface AuditedDefinition<P extends Parameters, C extends Columns, Row> extends Omit<Definition<P, C, Row>, 'text'> {
  /** The SQL of the act. It must return the `recordFacts` of each record that it was about, and whether it ended a session (`ended`). */
  readonly act: string;
  /** SQL: the columns of the act that the statement returns. Absent means all columns. */
  readonly columns?: string;
  /** SQL: the members that the act changed, as a JSON array of `MemberChange` or null, from what the act returned. */
  readonly changes?: string;
}

/**
 * Joins an act and its events into one statement: one transaction and one round trip. So neither the act nor the events can be written
 * alone. If the act ended a session, the event is `session-ended`, whatever the kind of the act. The statement takes the parameters of the
 * act, and those of `ACT`.
 * @throws Error as `withEvent` does
 */
export function audited<const P extends Parameters = never, const C extends Columns = never, Row = unknown>({
  act,
  columns = '*',
  changes,
  ...definition
}: AuditedDefinition<P, C, Row>): Statement<Taken<P, C> & ActValues, Row> {
  const { kind, ...others } = ACT;
  const text = `WITH act AS (${act}), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS}${changes === undefined ? '' : ', changes'})
      SELECT CASE WHEN ended THEN 'session-ended' ELSE ${parameterList({ kind }, 'typed')} END, ${parameterList(others, 'typed')},
        ${FACTS_OF_EVENT}${changes === undefined ? '' : `, ${changes}`}
      FROM act)
    SELECT ${columns} FROM act`;
  const parameters = withEvent(definition, ACT);
  return statement({ ...definition, parameters, text }) as Statement<Taken<P, C> & ActValues, Row>;
}

/** The parameters of an act and of its event. @throws Error when a parameter of the act has the same name as a parameter of the event */
export function withEvent(
  { name, parameters = {} }: { readonly name: string; readonly parameters?: Parameters },
  event: Parameters,
): Parameters {
  const shared = Object.keys(event).find((each) => each in parameters);
  if (shared !== undefined) throw new Error(`The act of ${name} has a parameter ${shared}, which is the event's.`);
  return { ...parameters, ...event };
}

/** The values of the parameters `ACT` for an act. */
export function actValues({ kind, actor: { name, origin }, reason }: AuditAct): ActValues {
  const { address, userAgent, requestId } = origin;
  return { kind, actor: name, reason, address, userAgent, requestId };
}
