import { parameterList } from '../database/named-parameters.js';
import { ACT, ACT_COLUMNS } from './audited.js';

const common = (column: string): string => `CASE WHEN min(${column}) = max(${column}) THEN min(${column}) END`;

/** SQL: what an event says of records that were shown together, by its column. */
const FACTS = {
  subject: common('subject'),
  client_id: common('client_id'),
  session_id: `${common('unique_id::text')}::uuid`,
  record_ids: 'array_agg(id ORDER BY id)',
};

/** SQL: the same as columns of a row, for `shownEventOfRow`. */
export const SHOWN_FACTS = Object.entries(FACTS)
  .map(([column, sql]) => `${sql} AS shown_${column}`)
  .join(', ');

/**
 * SQL: writes one event for records that were shown together. `from` selects the records, with id, unique_id, subject and client_id. The
 * parameters are those of `ACT`. The event has the ids of all records. It has the subject, client and session only if all records have the
 * same. Without records, no event is written.
 */
export function shownEvent(from: string): string {
  return eventOf(parameterList(ACT, 'typed'), `${from} HAVING count(*) > 0`);
}

/**
 * SQL: writes such an event for each search of a batch. `from` selects the records, each with the `ordinal` of its search and the columns of
 * `ACT`.
 */
export function shownEvents(from: string): string {
  return eventOf(ACT_COLUMNS, `${from} GROUP BY ordinal, ${ACT_COLUMNS}`);
}

/** SQL: writes such an event for each row of `from`, which has the columns of `ACT` and those of `SHOWN_FACTS`. */
export function shownEventOfRow(from: string): string {
  return insertOf(
    ACT_COLUMNS,
    Object.keys(FACTS).map((column) => `shown_${column}`),
    from,
  );
}

function eventOf(act: string, from: string): string {
  return insertOf(act, Object.values(FACTS), from);
}

function insertOf(act: string, facts: readonly string[], from: string): string {
  return `INSERT INTO audit_trail_entries (${ACT_COLUMNS}, ${Object.keys(FACTS).join(', ')})
      SELECT ${act}, ${facts.join(', ')}
      FROM ${from}`;
}
