import { ACT, audited, EVENT_COLUMNS, FACTS_OF_EVENT, recordFacts } from '../audit/audited.js';
import { joinedClient } from '../clients/policy-of-session.js';
import { parameterList } from '../database/named-parameters.js';
import { NOW_SECOND } from '../database/now-second.js';
import { rowOf, statement } from '../database/statement.js';
import { ENDED_ROW, TOO_MANY, type EndedRow } from './ended-session.js';
import { ALLOWED, BEGUN, COLUMNS, LOGIN, SETTLED, VALUES, type Begun, type PlannedLogin } from './login.statements.js';
import { SESSION_LIVES } from './session-lives.js';
import { isLive } from './session.statements.js';

/** Plans a login that begins a session of its own, beside the other sessions of this user at this client. */
export const PLAN_LOGIN_BESIDE = statement({
  name: 'login-plan-beside',
  isIdempotent: true,
  parameters: { newUniqueId: 'uuid' },
  returns: rowOf<PlannedLogin>(),
  text: `SELECT nextval(pg_get_serial_sequence('refresh_tokens', 'id')) AS id, :newUniqueId::uuid AS "uniqueId",
      1 + floor(random() * 4096)::bigint AS generation, ${NOW_SECOND} AS "authTime", NULL::uuid AS "earlierUniqueId",
      false AS "isCut"`,
});

/** What a login beside others returns. */
interface BegunBeside extends Begun {
  /** The sessions that it ended, because the user had too many at the client. */
  readonly ended: readonly EndedRow[];
}

/** SQL: the order of the sessions `t` by their last use, the latest first, and expired sessions last. */
export const USE_ORDER = 't.expires_on > now() DESC, t.last_redeemed_on DESC NULLS LAST, t.id DESC';

/** SQL: whether a session is among those that a login leaves: the ones that were used last, one fewer than the user may have. */
const STAYS = 'use_order < :most::bigint';

/**
 * Begins a planned login in a row of its own. It ends the sessions that were unused for longest, if there are `most` already, and takes the
 * first number that is free then. Two concurrent logins cannot take one number, because of the unique index: the second waits, begins
 * nothing, and is planned again. So there are never more than `most` sessions. The count of what ended makes PostgreSQL end it first.
 */
export const BEGIN_LOGIN_BESIDE = statement({
  name: 'login-begin-beside',
  parameters: { ...LOGIN, most: 'bigint', ...ACT },
  returns: rowOf<BegunBeside>(),
  text: `WITH allowed AS (
      ${ALLOWED}
    ), present AS (
      SELECT id, slot, row_number() OVER (ORDER BY ${USE_ORDER}) AS use_order
      FROM refresh_tokens t WHERE subject = :subject AND client_id = :clientId::text AND issued
    ), ended AS (
      DELETE FROM refresh_tokens t USING allowed WHERE t.id IN (SELECT id FROM present WHERE NOT ${STAYS}) AND t.issued
      RETURNING ${recordFacts('t')}
    ), begun AS (
      INSERT INTO refresh_tokens AS t (id, subject, client_id, issued, slot, ${COLUMNS})
      SELECT :id::bigint, email, :clientId::text, true, (
          SELECT min(number) FROM generate_series(0, :most::int - 1) AS number
          WHERE number NOT IN (SELECT slot FROM present WHERE ${STAYS})
        ), ${VALUES}
      FROM allowed, (SELECT count(*) FROM ended) AS ends
      ON CONFLICT DO NOTHING
      RETURNING ${recordFacts('t')}, t.cutoffs_seen
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT ${parameterList(ACT, 'typed')}, ${FACTS_OF_EVENT} FROM begun
      UNION ALL
      SELECT 'session-ended', :actor::text, '${TOO_MANY}', :address::text, :userAgent::text, :requestId::text, ${FACTS_OF_EVENT}
      FROM ended
    ), ${SETTLED}
    SELECT ${BEGUN},
      coalesce((SELECT json_agg(json_build_object(
        'id', id, 'uniqueId', unique_id, 'subject', subject, 'clientId', client_id)) FROM ended), '[]') AS ended`,
});

/** Ends the other sessions of a user at a client, which are left from a time when the client had more for each user. */
export const END_BESIDE = audited({
  name: 'session-end-others',
  parameters: { id: 'bigint', subject: 'text', clientId: 'text' },
  returns: rowOf<EndedRow>(),
  act: `DELETE FROM refresh_tokens t WHERE subject = :subject AND client_id = :clientId AND issued AND id <> :id
    RETURNING ${recordFacts('t')}, true AS ended`,
  columns: ENDED_ROW,
});

/** Locks the row of a user, so that the sign-ins of the user wait for each other. */
export const LOCK_USER = statement({
  name: 'login-lock-user',
  parameters: { subject: 'text' },
  text: 'SELECT email FROM users WHERE email = :subject FOR NO KEY UPDATE',
});

/** Ends the live sessions of a user that were unused for longest, so that `most` are left, with that of a sign-in. */
export const END_BEYOND = audited({
  name: 'session-end-beyond',
  parameters: { id: 'bigint', subject: 'text', most: 'bigint', ...SESSION_LIVES },
  returns: rowOf<EndedRow>(),
  act: `DELETE FROM refresh_tokens t WHERE issued AND id = ANY (ARRAY(
      SELECT t.id FROM refresh_tokens t ${joinedClient('t')} WHERE t.subject = :subject AND t.id <> :id AND ${isLive('t')}
      ORDER BY t.last_redeemed_on DESC NULLS LAST, t.id DESC OFFSET :most::bigint - 1))
    RETURNING ${recordFacts('t')}, true AS ended`,
  columns: ENDED_ROW,
});
