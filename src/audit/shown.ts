import { ACT_COLUMNS } from './audited.js';

/**
 * SQL: the one event of records that were shown together. `from` selects them, with id, unique_id, subject and client_id; the parameters
 * from $first on are those of `actValues`. The event names all their ids, and the subject, client and session if they have one in common;
 * of no records it is none.
 */
export function shownEvent(from: string, first: number): string {
  const act = [0, 1, 2, 3, 4, 5].map((n) => `$${first + n}::text`).join(', ');
  const common = (column: string): string => `CASE WHEN min(${column}) = max(${column}) THEN min(${column}) END`;
  return `INSERT INTO audit_trail_entries (${ACT_COLUMNS}, subject, client_id, session_id, record_ids)
      SELECT ${act}, ${common('subject')}, ${common('client_id')}, ${common('unique_id::text')}::uuid, array_agg(id ORDER BY id)
      FROM ${from} HAVING count(*) > 0`;
}
