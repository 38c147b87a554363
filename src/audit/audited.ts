import type { Statement } from '../database/statements.service.js';
import type { AuditAct } from './audit-event.js';

/** What is written of an act, in the order of `actValues`: columns and their types. */
export const ACT = Object.fromEntries(
  ['kind', 'actor', 'reason', 'address', 'user_agent', 'request_id'].map((column) => [column, 'text']),
);
export const ACT_COLUMNS = Object.keys(ACT).join(', ');

/** What is written of an event: first the act, then what it was about. */
export const EVENT_COLUMNS = `${ACT_COLUMNS}, subject, client_id, session_id, record_ids,
  last_address, last_user_agent, last_request_id, last_redeemed_on`;

/** SQL: the values of `EVENT_COLUMNS` after the act, from a row of `recordFacts`. */
export const FACTS_OF_EVENT = `subject, client_id, unique_id, ARRAY[id],
  host(last_address), last_user_agent, last_request_id, last_redeemed_on`;

/** SQL: what an event says of a record, as an act must return them. */
export function recordFacts(alias: string): string {
  const columns = ['id', 'unique_id', 'subject', 'client_id', 'last_address', 'last_user_agent', 'last_request_id'];
  return [...columns, 'last_redeemed_on'].map((column) => `${alias}.${column}`).join(', ');
}

/**
 * Joins an act and its events into one statement: one transaction, one round trip, and no act without its event or the other way
 * round. The act must return, of each record it was about, the `recordFacts`, and whether it ended a session
 * (`ended`): then the event is `session-ended`, whatever the kind of the act. The statement's parameters are those of the act
 * followed by `actValues`; it returns `columns` of what the act returned.
 */
export function audited(name: string, act: string, columns = '*'): Statement {
  const first = new Set(act.match(/\$\d+/g)).size + 1;
  const [kind, actor, reason, address, userAgent, requestId] = [0, 1, 2, 3, 4, 5].map((n) => `$${first + n}::text`);
  return {
    name,
    text: `WITH act AS (${act}), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT CASE WHEN ended THEN 'session-ended' ELSE ${kind} END, ${actor}, ${reason}, ${address}, ${userAgent}, ${requestId},
        ${FACTS_OF_EVENT}
      FROM act)
    SELECT ${columns} FROM act`,
  };
}

/** The parameters that an audited statement takes after those of its act. */
export function actValues({ kind, actor: { name, origin }, reason }: AuditAct): (string | null)[] {
  return [kind, name, reason ?? null, origin.address, origin.userAgent, origin.requestId];
}
