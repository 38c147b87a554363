import { audited, recordFacts } from '../audit/audited.js';
import { askedRows } from '../database/asked.js';
import type { Statement } from '../database/statements.service.js';

/** An end that an audit trail names: the session, and when it ended. */
const NAMED = askedRows({ named_id: 'uuid', ended_on: 'timestamptz' });

/**
 * SQL: whether an end of that time is an end of this session. The row of a session outlives its logins: one that began after the end
 * is another session. Both times are whole seconds, and an equal one counts as before: rather one sign-in too many than a session
 * that should have ended.
 */
const BEGAN_BEFORE = 't.issued AND t.unique_id = asked.named_id AND t.auth_time <= asked.ended_on';

/** The sessions that ends name and that are still there: $1 unique ids, $2 when each ended. */
export const FIND_NAMED: Statement = {
  name: 'session-find-named',
  text: `SELECT DISTINCT t.id, t.unique_id AS "uniqueId", t.subject, t.client_id AS "clientId", t.auth_time AS "authTime"
    FROM ${NAMED} JOIN refresh_tokens t ON ${BEGAN_BEFORE} ORDER BY t.id`,
};

/** Ends those sessions: parameters as of `FIND_NAMED`. */
export const END_NAMED = audited(
  'session-end-named',
  `DELETE FROM refresh_tokens t USING ${NAMED} WHERE ${BEGAN_BEFORE}
    RETURNING ${recordFacts('t')}, true AS ended`,
);

/** How many sessions there are, and the greatest Id of one, or null. */
export const COUNT_SESSIONS: Statement = {
  name: 'session-count',
  text: 'SELECT count(*)::int AS count, max(id) AS "lastId" FROM refresh_tokens WHERE issued',
};

/**
 * Ends the sessions with the smallest Ids: $1 after which Id, $2 up to which, $3 how many at most. The rows are locked before they are
 * counted, so none comes back only when none is left.
 */
export const END_NEXT = audited(
  'session-end-next',
  `DELETE FROM refresh_tokens t WHERE issued AND id = ANY (ARRAY(
      SELECT id FROM refresh_tokens WHERE issued AND id > $1::bigint AND id <= $2::bigint ORDER BY id
      LIMIT $3::int FOR UPDATE))
    RETURNING ${recordFacts('t')}, true AS ended`,
  'id',
);
