import { audited, recordFacts } from '../audit/audited.js';
import { batchRows } from '../database/batch-rows.js';
import { rowOf, statement } from '../database/statement.js';
import { ENDED_ROW, type EndedRow, type SurvivingSession } from './ended-session.js';

/** An end that an audit trail names: the session, and when it ended. */
const NAMED = { namedId: 'uuid', endedOn: 'timestamptz' } as const;

/**
 * SQL: whether this end is an end of this session. The row of a session outlives its logins, so a login that began after the end is another
 * session. Both times are whole seconds, and a login in the same second counts as earlier. One unnecessary sign-in is better than a session
 * that should have ended.
 */
const BEGAN_BEFORE = 't.issued AND t.unique_id = batch.named_id AND t.auth_time <= batch.ended_on';

/** Finds the sessions that ends name and that still exist. */
export const FIND_NAMED = statement({
  name: 'session-find-named',
  batch: NAMED,
  returns: rowOf<SurvivingSession>(),
  text: `SELECT DISTINCT t.id, t.unique_id AS "uniqueId", t.subject, t.client_id AS "clientId", t.auth_time AS "authTime"
    FROM ${batchRows(NAMED)} JOIN refresh_tokens t ON ${BEGAN_BEFORE} ORDER BY t.id`,
});

/** Ends the sessions that `FIND_NAMED` finds. */
export const END_NAMED = audited({
  name: 'session-end-named',
  batch: NAMED,
  returns: rowOf<EndedRow>(),
  act: `DELETE FROM refresh_tokens t USING ${batchRows(NAMED)} WHERE ${BEGAN_BEFORE}
    RETURNING ${recordFacts('t')}, true AS ended`,
  columns: ENDED_ROW,
});

/** Counts the sessions, and returns the greatest Id of a session, or null. */
export const COUNT_SESSIONS = statement({
  name: 'session-count',
  returns: rowOf<{ count: number; lastId: number | null }>(),
  text: 'SELECT count(*)::int AS count, max(id) AS "lastId" FROM refresh_tokens WHERE issued',
});

/**
 * Ends the sessions with the smallest Ids after `after` and up to `upTo`, at most `limit`. The rows are locked before they are counted. So
 * the statement returns no row only if no such session is left.
 */
export const END_NEXT = audited({
  name: 'session-end-next',
  parameters: { after: 'bigint', upTo: 'bigint', limit: 'int' },
  returns: rowOf<EndedRow>(),
  act: `DELETE FROM refresh_tokens t WHERE issued AND id = ANY (ARRAY(
      SELECT id FROM refresh_tokens WHERE issued AND id > :after::bigint AND id <= :upTo::bigint ORDER BY id
      LIMIT :limit::int FOR UPDATE))
    RETURNING ${recordFacts('t')}, true AS ended`,
  columns: ENDED_ROW,
});
