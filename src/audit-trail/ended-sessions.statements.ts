import { rowOf, statement } from '../database/statement.js';
import type { EndedAfter } from './ended-after.js';
import { WRITERS } from './entry.statements.js';

/** SQL: the highest id that the sequence assigned. */
const ASSIGNED = `coalesce(pg_sequence_last_value(pg_get_serial_sequence('audit_trail_entries', 'id')::regclass), 0)`;

/** SQL: how many ends have ids in a range. */
function countSql(above: string, upTo: string): string {
  return `(SELECT count(*)::int FROM audit_trail_entries WHERE kind = 'session-ended' AND id > ${above} AND id <= ${upTo})`;
}

/**
 * The ends of sessions after a cursor, at most `limit`. All events up to `knownSettled` are visible. Older ends than `seconds` are left out:
 * reading begins after the newest event that is older. A cursor from beyond the sequence is that of a database that was since restored, so
 * reading begins there too. The writers are read after the events. So they say what will be settled for the next statement, not for this one.
 */
export const ENDED_AFTER = statement({
  name: 'audit-ended-sessions',
  isIdempotent: true,
  parameters: {
    settled: 'bigint',
    highest: 'bigint',
    count: 'int',
    knownSettled: 'bigint',
    seconds: 'float8',
    limit: 'int',
  },
  returns: rowOf<EndedAfter>(),
  text: `WITH start AS MATERIALIZED (
      SELECT coalesce((SELECT id FROM audit_trail_entries WHERE created_on < now() - make_interval(secs => :seconds::float8)
        ORDER BY created_on DESC, id DESC LIMIT 1), 0) AS id
    ), base AS MATERIALIZED (
      SELECT greatest(:settled::bigint, start.id) AS id, :highest::bigint BETWEEN start.id AND ${ASSIGNED} AS continues, start.id AS start
      FROM start
    ), position AS MATERIALIZED (
      SELECT CASE WHEN continues THEN base.id ELSE base.start END AS settled,
        CASE WHEN NOT continues THEN base.start
          WHEN ${countSql('base.id', ':highest::bigint')} = :count::int THEN :highest::bigint
          ELSE base.id END AS after
      FROM base
    ), page AS MATERIALIZED (
      SELECT id, session_id FROM audit_trail_entries
      WHERE kind = 'session-ended' AND id > (SELECT after FROM position) ORDER BY id LIMIT :limit::int + 1
    ), sent AS MATERIALIZED (
      SELECT id, session_id FROM page ORDER BY id LIMIT :limit::int
    ), reached AS MATERIALIZED (
      SELECT last.id AS highest, least(last.id, greatest(:knownSettled::bigint, position.settled)) AS settled
      FROM position, (SELECT max(id) AS id FROM sent) last
    )
    SELECT ARRAY(SELECT session_id::text FROM sent WHERE session_id IS NOT NULL ORDER BY id) AS sessions,
      reached.settled, reached.highest, ${countSql('reached.settled', 'reached.highest')} AS count,
      (SELECT count(*) FROM page) > :limit::int AS "hasMore",
      coalesce(least((SELECT max(id) FROM audit_trail_entries), ${ASSIGNED}), 0) AS newest,
      ARRAY(SELECT DISTINCT virtualtransaction ${WRITERS}) AS writers
    FROM reached`,
});
