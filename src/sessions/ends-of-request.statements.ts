import { rowOf, statement } from '../database/statement.js';
import { cutoffOf, isCut } from './cutoff-sql.js';
import type { EndOfRequest } from './ended-session.js';

/** SQL: greater than every id of a record. */
const BEYOND = '9223372036854775807';

/**
 * The sessions that a request ended, of the next records by Id. A session that was deleted has an event; one that a cutoff ended and that is not
 * deleted yet has its row. Both are read in one statement, so each session is there once, also while the job deletes rows. `upTo` is the Id up to
 * which the statement has read, and null if nothing follows.
 */
export const ENDS_OF_REQUEST = statement({
  name: 'session-ends-of-request',
  isIdempotent: true,
  parameters: { requestId: 'text', after: 'bigint', limit: 'int' },
  returns: rowOf<{ upTo: number | null } & { readonly [Member in keyof EndOfRequest]: EndOfRequest[Member] | null }>(),
  text: `WITH rows AS MATERIALIZED (
      SELECT id FROM refresh_tokens
      WHERE issued AND id > :after::bigint AND EXISTS (SELECT FROM session_cutoffs WHERE request_id = :requestId)
      ORDER BY id LIMIT :limit::int
    ), deleted AS MATERIALIZED (
      SELECT record_ids[1] AS id, session_id, subject, client_id, reason FROM audit_trail_entries
      WHERE kind = 'session-ended' AND request_id = :requestId AND record_ids[1] > :after::bigint
      ORDER BY record_ids[1] LIMIT :limit::int
    ), reached AS MATERIALIZED (
      SELECT nullif(least(
          CASE WHEN (SELECT count(*) FROM rows) = :limit::int THEN (SELECT max(id) FROM rows) ELSE ${BEYOND} END,
          CASE WHEN (SELECT count(*) FROM deleted) = :limit::int THEN (SELECT max(id) FROM deleted) ELSE ${BEYOND} END
        ), ${BEYOND}) AS up_to
    ), ends AS (
      SELECT id, session_id, subject, client_id, reason FROM deleted
      UNION ALL
      SELECT t.id, t.unique_id, t.subject, t.client_id, cutoff.reason
      FROM refresh_tokens t, LATERAL ${cutoffOf('t')} cutoff
      WHERE t.issued AND t.id > :after::bigint AND t.id <= (SELECT max(id) FROM rows) AND ${isCut('t')} AND cutoff.request_id = :requestId
    )
    SELECT reached.up_to AS "upTo", ends.id, ends.session_id AS "uniqueId", ends.subject, ends.client_id AS "clientId", ends.reason
    FROM reached LEFT JOIN ends ON ends.id <= coalesce(reached.up_to, ${BEYOND}) ORDER BY ends.id`,
});
