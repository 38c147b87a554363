import { audited, recordFacts } from '../audit/audited.js';
import { askedRows } from '../database/asked.js';
import { passwordNameSql } from '../users/password-seals.service.js';
import { powerColumns } from '../users/user-seals.service.js';
import { ticketHashSql } from './ticket-digest.js';

/** SQL: the present second, since dates are whole seconds at rest. */
export const NOW_SECOND = `date_trunc('second', now())`;

/** What is returned of a session whose token was just issued. */
export const ISSUED = `t.id, t.unique_id AS "uniqueId", t.generation, t.subject, t.client_id AS "clientId", t.auth_time AS "authTime",
  t.amr, now() AS now`;

/** The session of a token that is current: $1 id, $2 unique id, $3 generation, $4 token, $5 longest life. */
export const CURRENT = {
  name: 'session-current',
  isRepeatable: true,
  text: `SELECT ${ISSUED}, t.rotated_on AS "rotatedOn", t.protected_ticket AS "protectedTicket",
      least(t.expires_on, t.auth_time + make_interval(secs => $5::float8)) AS "expiresOn", ${powerColumns('u')}
    FROM refresh_tokens t JOIN users u ON u.email = t.subject
    WHERE t.id = $1 AND t.unique_id = $2 AND t.issued AND t.generation = $3
      AND t.ticket_hash = ${ticketHashSql('t', '$4')}
      AND t.expires_on > now() AND t.auth_time + make_interval(secs => $5::float8) > now() AND u.enabled`,
};

/** The sessions of a user: $1 subject, $2 client, or null for every client. */
export const SESSIONS_OF = {
  name: 'sessions-of',
  isRepeatable: true,
  text: `SELECT id, unique_id AS "uniqueId", client_id AS "clientId", created_on AS "createdOn", auth_time AS "authTime",
      rotated_on AS "rotatedOn", expires_on AS "expiresOn", last_redeemed_on AS "lastRedeemedOn",
      host(last_address) AS "lastAddress", last_user_agent AS "lastUserAgent", last_request_id AS "lastRequestId"
    FROM refresh_tokens WHERE subject = $1 AND issued AND client_id = coalesce($2::text, client_id) ORDER BY id`,
};

/** Whether a session belongs to another client: $1 id, $2 unique id, $3 client. */
export const OF_ANOTHER_CLIENT = {
  name: 'session-of-another-client',
  isRepeatable: true,
  text: 'SELECT id FROM refresh_tokens WHERE id = $1 AND unique_id = $2 AND issued AND client_id <> $3',
};

const ENDED = `RETURNING ${recordFacts('t')}, true AS ended`;

/**
 * Ends the session of a token that its client revokes: $3 generation, $4 client, or null for the token's own. A token of an earlier login ends nothing; one that is
 * ahead of the database, since that was restored, ends it.
 */
export const END_REVOKED = audited(
  'session-end-revoked',
  `DELETE FROM refresh_tokens t WHERE id = $1 AND unique_id = $2 AND issued
    AND first_generation <= $3 AND client_id = coalesce($4::text, client_id) ${ENDED}`,
);

/**
 * Ends the session of an access token that its client revokes: $1 unique id, $2 subject, $3 client, $4 when the token expires, in
 * seconds since 1970. One that is over ends nothing; one of an earlier login lives, and so ends what it lives by.
 */
export const END_OF_ACCESS_TOKEN = audited(
  'session-end-of-access-token',
  `DELETE FROM refresh_tokens t WHERE unique_id = $1 AND issued AND subject = $2 AND client_id = $3
    AND to_timestamp($4::float8) > now() ${ENDED}`,
);

/** Ends all sessions of a user: $1 subject, $2 client or null for every client. */
export const END_ALL = audited(
  'session-end-all',
  `DELETE FROM refresh_tokens t WHERE issued AND subject = $1 AND client_id = coalesce($2::text, client_id) ${ENDED}`,
);

/** Makes the row of a session unless it is there: $1 unique id, $2 subject, $3 client. What it holds is written by the login. */
export const FIND_OR_CREATE = {
  name: 'session-find-or-create',
  text: `INSERT INTO refresh_tokens (unique_id, subject, client_id, issued, generation, first_generation, auth_time, rotated_on,
      expires_on, amr, protected_ticket, ticket_hash, ticket_salt, updated_by)
    VALUES ($1, $2, $3, true, 0, 0, now(), now(), now(), '{}', '', '', '', $2)
    ON CONFLICT (subject, client_id) WHERE issued DO NOTHING`,
};

/**
 * Holds a user who may sign in until the login is done: $1 e-mail, $2 the password hash that was checked, in whatever form
 * it is stored by now. A change of password or a disabling waits for the login, and then ends its session; or was there first, and then there is no such user.
 */
export const HOLD_USER = {
  name: 'session-hold-user',
  text: `SELECT email FROM users WHERE email = $1 AND ${passwordNameSql('password_hash')} = ${passwordNameSql('$2::text')}
    AND enabled AND NOT must_reset_password FOR SHARE`,
};

/** Generations have four bytes in a token; from here on, as many are left as refreshes of one login can use up. */
const WORN = '2147483648';

/**
 * Begins a new login on the row of a session: $1 subject, $2 client, $3 amr, $4 life, $5 longest life, in seconds, $6 new unique id, $7 address,
 * $8 user agent and $9 request id of the sign-in.
 * The generation leaps by chance: when a backup was restored, the tokens that were issued after it stay behind the new login, and are
 * of an earlier one, instead of being met again on the way up. A row whose generations are used up becomes another session.
 */
export const ADVANCE = {
  name: 'session-advance',
  text: `UPDATE refresh_tokens t SET generation = leap.generation, first_generation = leap.generation, unique_id = leap.unique_id,
      amr = $3, auth_time = ${NOW_SECOND}, rotated_on = now(), updated_on = ${NOW_SECOND}, updated_by = subject,
      rotations = '{}', repetitions = 0, confirmed_generation = NULL,
      last_redeemed_on = now(), last_address = $7::inet, last_user_agent = $8::text, last_request_id = $9::text,
      expires_on = date_trunc('second', now() + make_interval(secs => least($4::float8, $5::float8)))
    FROM (SELECT id,
        CASE WHEN generation < ${WORN} THEN generation + 1 + floor(random() * 4096)::bigint ELSE 0 END AS generation,
        CASE WHEN generation < ${WORN} THEN unique_id ELSE $6::uuid END AS unique_id
      FROM refresh_tokens WHERE subject = $1 AND client_id = $2 AND issued FOR UPDATE) leap
    WHERE t.id = leap.id RETURNING ${ISSUED}`,
};

/** Stores the token that a login issued: $1 id, $2 salt, $3 hash, $4 sealed ticket. */
export const STORE_TICKET = {
  name: 'session-store-ticket',
  text: 'UPDATE refresh_tokens SET ticket_salt = $2, ticket_hash = $3, protected_ticket = $4 WHERE id = $1',
};

/**
 * The users whom access tokens speak for, while their sessions live: $1 unique ids, $2 subjects, $3 clients, $4 when the tokens expire,
 * by the database's clock, in seconds since 1970, $5 generations they came with, null for those issued before tokens said so, $6 longest
 * life. `place` counts the tokens from 1. No access token outlives its session. `unconfirmed` is the generation that this token confirms,
 * unless that is known already, or is the first of its login, which nothing needs to know.
 */
export const PRINCIPALS = {
  name: 'session-principals',
  isRepeatable: true,
  text: `SELECT asked.place::int, ${powerColumns('u')},
      CASE WHEN t.generation = coalesce(asked.generation, t.generation) AND t.generation > t.first_generation
        AND t.confirmed_generation IS DISTINCT FROM t.generation THEN t.generation END AS unconfirmed
    FROM ${askedRows({ unique_id: 'uuid', subject: 'text', client_id: 'text', expires: 'float8', generation: 'bigint' })}
    JOIN refresh_tokens t ON t.unique_id = asked.unique_id AND t.subject = asked.subject AND t.client_id = asked.client_id
    JOIN users u ON u.email = t.subject
    WHERE t.issued AND u.enabled AND to_timestamp(asked.expires) > now()
      AND t.expires_on > now() AND t.auth_time + make_interval(secs => $6::float8) > now()`,
};
