import { parameterList } from '../database/named-parameters.js';
import { ACT, ACT_COLUMNS } from './audited.js';

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

function eventOf(act: string, from: string): string {
  const common = (column: string): string => `CASE WHEN min(${column}) = max(${column}) THEN min(${column}) END`;
  return `INSERT INTO audit_trail_entries (${ACT_COLUMNS}, subject, client_id, session_id, record_ids)
      SELECT ${act},
        ${common('subject')}, ${common('client_id')}, ${common('unique_id::text')}::uuid, array_agg(id ORDER BY id)
      FROM ${from}`;
}
