import { ACT, EVENT_COLUMNS, FACTS_OF_EVENT, recordFacts } from '../audit/audited.js';
import { batchRows } from '../database/batch-rows.js';
import { parameterList } from '../database/named-parameters.js';
import { rowOf, statement } from '../database/statement.js';
import { ENDED_ROW, type EndedRow } from './ended-session.js';
import { USE_ORDER } from './several-sessions.statements.js';

/** SQL: how many sessions each user may have at the joined client. */
const MOST = 'coalesce(client.sessions_per_user, 1)';

/** SQL: the sessions that are not the first of their user and client, of which the index `refresh_tokens_several` consists. */
const SEVERAL = 'refresh_tokens t WHERE t.issued AND t.slot > 0';

/** The sessions of a user at a client. */
const CROWD = { subject: 'text', clientId: 'text' } as const;

/** A user and a client. */
export interface Crowd {
  readonly subject: string;
  readonly clientId: string;
}

/**
 * Finds sessions with a number that the client no longer allows, at most `limit`, and returns their users and clients. A user with too many
 * sessions always has such a session. The recursion goes from one client to the next in the index.
 */
export const FIND_CROWDS = statement({
  name: 'session-find-crowds',
  isIdempotent: true,
  parameters: { limit: 'int' },
  returns: rowOf<Crowd>(),
  text: `WITH RECURSIVE named AS (
      (SELECT t.client_id FROM ${SEVERAL} ORDER BY t.client_id LIMIT 1)
      UNION ALL
      SELECT next.client_id FROM named, LATERAL (
        SELECT t.client_id FROM ${SEVERAL} AND t.client_id > named.client_id ORDER BY t.client_id LIMIT 1) next
    )
    SELECT crowd.subject, crowd.client_id AS "clientId"
    FROM named LEFT JOIN clients client ON client.client_id = named.client_id, LATERAL (
      SELECT t.subject, t.client_id FROM ${SEVERAL} AND t.client_id = named.client_id AND t.slot >= ${MOST} LIMIT :limit::int) crowd
    LIMIT :limit::int`,
});

/** Locks users, so that none of them signs in until the transaction ends. */
export const LOCK_USERS = statement({
  name: 'session-lock-users',
  parameters: { subjects: 'text[]' },
  text: 'SELECT id FROM users WHERE email = ANY ((SELECT :subjects::text[])::text[]) ORDER BY email FOR NO KEY UPDATE',
});

/**
 * Ends the sessions that were unused for longest, of each user with more sessions at a client than the client allows. A session that stays
 * gets a free number that the client allows. The count of what ended makes PostgreSQL end it first. The users must be locked: a sign-in could
 * take the same number.
 */
export const END_SURPLUS = statement({
  name: 'session-end-surplus',
  batch: CROWD,
  parameters: ACT,
  returns: rowOf<EndedRow>(),
  text: `WITH present AS (
      SELECT t.id, t.slot, batch.ordinal, ${MOST} AS most,
        row_number() OVER (PARTITION BY batch.ordinal ORDER BY ${USE_ORDER}) AS use_order
      FROM ${batchRows(CROWD)} JOIN refresh_tokens t ON t.subject = batch.subject AND t.client_id = batch.client_id AND t.issued
      LEFT JOIN clients client ON client.client_id = t.client_id
    ), ended AS (
      DELETE FROM refresh_tokens t USING present WHERE t.id = present.id AND use_order > most AND t.issued
      RETURNING ${recordFacts('t')}
    ), leaving AS (
      SELECT id, ordinal, row_number() OVER (PARTITION BY ordinal ORDER BY slot) AS turn
      FROM present WHERE use_order <= most AND present.slot >= most
    ), free AS (
      SELECT ordinal, number, row_number() OVER (PARTITION BY ordinal ORDER BY number) AS turn
      FROM (SELECT DISTINCT ordinal, most FROM present) crowd, generate_series(0, crowd.most - 1) AS number
      WHERE NOT EXISTS (SELECT FROM present WHERE present.ordinal = crowd.ordinal AND use_order <= most AND slot = number)
    ), moved AS (
      UPDATE refresh_tokens t SET slot = free.number
      FROM leaving JOIN free USING (ordinal, turn), (SELECT count(*) FROM ended) AS ends WHERE t.id = leaving.id
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS}) SELECT ${parameterList(ACT, 'typed')}, ${FACTS_OF_EVENT} FROM ended
    )
    SELECT ${ENDED_ROW} FROM ended`,
});
