import { audited, recordFacts } from '../audit/audited.js';
import { batchRows, type Numbered } from '../database/batch-rows.js';
import { rowOf, statement } from '../database/statement.js';
import { passwordNameSql } from '../users/password-seals.service.js';
import { powerColumns, type SignedPower } from '../users/user-seals.service.js';
import type { ListedSession, Session } from './session.js';
import { ticketHashSql } from './ticket-digest.js';

/** SQL: the present second. Stored dates are whole seconds. */
export const NOW_SECOND = `date_trunc('second', now())`;

/** SQL: the columns of a session whose token was just issued. */
export const ISSUED = `t.id, t.unique_id AS "uniqueId", t.generation, t.subject, t.client_id AS "clientId", t.auth_time AS "authTime",
  t.amr, now() AS now`;

/** A session whose refresh token can be redeemed now. */
export interface CurrentSession extends Session {
  readonly rotatedOn: Date;
  readonly expiresOn: Date;
  readonly protectedTicket: string;
}

/**
 * SQL: whether the session of this row is live: the service issued its token, the token has not expired, and the login is not older than
 * the parameter `longestLife`, in seconds.
 */
export function isLive(alias: string): string {
  return `${alias}.issued AND ${alias}.expires_on > now() AND ${alias}.auth_time + make_interval(secs => :longestLife::float8) > now()`;
}

/** The session of a current token. `longestLife` is the longest lifetime of a login, in seconds. */
export const CURRENT = statement({
  name: 'session-current',
  isIdempotent: true,
  parameters: { id: 'bigint', uniqueId: 'uuid', generation: 'bigint', token: 'text', longestLife: 'float8' },
  returns: rowOf<CurrentSession & SignedPower>(),
  text: `SELECT ${ISSUED}, t.rotated_on AS "rotatedOn", t.protected_ticket AS "protectedTicket",
      least(t.expires_on, t.auth_time + make_interval(secs => :longestLife::float8)) AS "expiresOn", ${powerColumns('u')}
    FROM refresh_tokens t JOIN users u ON u.email = t.subject
    WHERE t.id = :id AND t.unique_id = :uniqueId AND t.generation = :generation
      AND t.ticket_hash = ${ticketHashSql('t', ':token')}
      AND ${isLive('t')} AND u.enabled`,
});

/** The sessions of a user; without a client, at every client. */
export const SESSIONS_OF = statement({
  name: 'sessions-of',
  parameters: { subject: 'text', clientId: 'text?' },
  returns: rowOf<ListedSession>(),
  isIdempotent: true,
  text: `SELECT id, unique_id AS "uniqueId", client_id AS "clientId", created_on AS "createdOn", auth_time AS "authTime",
      rotated_on AS "rotatedOn", expires_on AS "expiresOn", last_redeemed_on AS "lastRedeemedOn",
      host(last_address) AS "lastAddress", last_user_agent AS "lastUserAgent", last_request_id AS "lastRequestId"
    FROM refresh_tokens WHERE subject = :subject AND issued AND client_id = coalesce(:clientId::text, client_id) ORDER BY id`,
});

/** Returns a row if the session belongs to another client. */
export const OF_ANOTHER_CLIENT = statement({
  name: 'session-of-another-client',
  parameters: { id: 'bigint', uniqueId: 'uuid', clientId: 'text' },
  isIdempotent: true,
  text: 'SELECT id FROM refresh_tokens WHERE id = :id AND unique_id = :uniqueId AND issued AND client_id <> :clientId',
});

const ENDED = `RETURNING ${recordFacts('t')}, true AS ended`;

/**
 * Ends the session of a refresh token that its client revokes. Without a client, the client of the token counts. A token of an earlier
 * login ends nothing. A token that is newer than the database, which was restored, ends the session.
 */
export const END_REVOKED = audited({
  name: 'session-end-revoked',
  parameters: { id: 'bigint', uniqueId: 'uuid', generation: 'bigint', clientId: 'text?' },
  act: `DELETE FROM refresh_tokens t WHERE id = :id AND unique_id = :uniqueId AND issued
    AND first_generation <= :generation AND client_id = coalesce(:clientId::text, client_id) ${ENDED}`,
});

/**
 * Ends the session of an access token that its client revokes. `expires` is when the token expires, in seconds since 1970. An expired token
 * ends nothing. A token of an earlier login is still valid, so it ends the session.
 */
export const END_OF_ACCESS_TOKEN = audited({
  name: 'session-end-of-access-token',
  parameters: { uniqueId: 'uuid', subject: 'text', clientId: 'text', expires: 'float8' },
  act: `DELETE FROM refresh_tokens t WHERE unique_id = :uniqueId AND issued AND subject = :subject AND client_id = :clientId
    AND to_timestamp(:expires::float8) > now() ${ENDED}`,
});

/** Ends all sessions of a user, at one client or at every client. */
export const END_ALL = audited({
  name: 'session-end-all',
  parameters: { subject: 'text', clientId: 'text?' },
  act: `DELETE FROM refresh_tokens t WHERE issued AND subject = :subject AND client_id = coalesce(:clientId::text, client_id) ${ENDED}`,
});

/** Creates the row of a session if it does not exist. The login then writes its content. */
export const FIND_OR_CREATE = statement({
  name: 'session-find-or-create',
  parameters: { uniqueId: 'uuid', subject: 'text', clientId: 'text' },
  text: `INSERT INTO refresh_tokens (unique_id, subject, client_id, issued, generation, first_generation, auth_time, rotated_on,
      expires_on, amr, protected_ticket, ticket_hash, ticket_salt, updated_by)
    VALUES (:uniqueId, :subject, :clientId, true, 0, 0, now(), now(), now(), '{}', '', '', '', :subject)
    ON CONFLICT (subject, client_id) WHERE issued DO NOTHING`,
});

/**
 * Locks a user who may sign in, until the end of the login. The password hash is the one that was checked, even if it is now stored in
 * another form. If another transaction disables the user or changes the password, it waits for the login and then ends the new session. If
 * that transaction came first, this statement returns no row.
 */
export const LOCK_USER = statement({
  name: 'session-hold-user',
  parameters: { email: 'text', passwordHash: 'text' },
  text: `SELECT email FROM users WHERE email = :email
    AND ${passwordNameSql('password_hash')} = ${passwordNameSql(':passwordHash::text')}
    AND enabled AND NOT must_reset_password FOR SHARE`,
});

/**
 * A token has four bytes for its generation. A login on a row that has reached this generation begins another session. Below it, enough
 * numbers are left for all refreshes of one login.
 */
const WORN = '2147483648';

/**
 * Begins a new login, from this address, on the row of a session. Lifetimes are in seconds. The generation leaps by a random number. After
 * a backup was restored, tokens that were issued after the backup then belong to an earlier login. Without the leap, the new login would
 * use their generations again. A row whose generations are used up becomes another session.
 */
export const ADVANCE = statement({
  name: 'session-advance',
  parameters: {
    subject: 'text',
    clientId: 'text',
    amr: 'text[]',
    life: 'float8',
    longestLife: 'float8',
    newUniqueId: 'uuid',
    address: 'inet?',
    userAgent: 'text?',
    requestId: 'text?',
  },
  returns: rowOf<Session>(),
  text: `UPDATE refresh_tokens t SET generation = leap.generation, first_generation = leap.generation, unique_id = leap.unique_id,
      amr = :amr, auth_time = ${NOW_SECOND}, rotated_on = now(), updated_on = ${NOW_SECOND}, updated_by = subject,
      rotations = '{}', repetitions = 0, confirmed_generation = NULL,
      last_redeemed_on = now(), last_address = :address::inet, last_user_agent = :userAgent::text, last_request_id = :requestId::text,
      expires_on = date_trunc('second', now() + make_interval(secs => least(:life::float8, :longestLife::float8)))
    FROM (SELECT id,
        CASE WHEN generation < ${WORN} THEN generation + 1 + floor(random() * 4096)::bigint ELSE 0 END AS generation,
        CASE WHEN generation < ${WORN} THEN unique_id ELSE :newUniqueId::uuid END AS unique_id
      FROM refresh_tokens WHERE subject = :subject AND client_id = :clientId AND issued FOR UPDATE) leap
    WHERE t.id = leap.id RETURNING ${ISSUED}`,
});

/** Stores the token that a login issued, and the sealed ticket. */
export const STORE_TICKET = statement({
  name: 'session-store-ticket',
  parameters: { id: 'bigint', salt: 'text', hash: 'text', ticket: 'text' },
  text: 'UPDATE refresh_tokens SET ticket_salt = :salt, ticket_hash = :hash, protected_ticket = :ticket WHERE id = :id',
});

/**
 * An access token. `expires` is when the token expires by the database's clock, in seconds since 1970. The generation is that of the
 * refresh token that was issued with it, and null for tokens of versions that did not store it.
 */
const ACCESS_TOKEN = {
  uniqueId: 'uuid',
  subject: 'text',
  clientId: 'text',
  expires: 'float8',
  generation: 'bigint?',
} as const;

/** The user of an access token, and the generation that the token confirms; null when there is nothing to confirm. */
export interface ConfirmingUser extends SignedPower {
  readonly unconfirmed: number | null;
}

/**
 * The users of access tokens whose sessions are live. No access token outlives its session. `unconfirmed` is the generation that this token
 * confirms. It is null if the generation is not the current one, is already confirmed, or is the first of its login, which needs no
 * confirmation.
 */
export const PRINCIPALS = statement({
  name: 'session-principals',
  isIdempotent: true,
  batch: ACCESS_TOKEN,
  parameters: { longestLife: 'float8' },
  returns: rowOf<Numbered<ConfirmingUser>>(),
  text: `SELECT batch.ordinal::int, ${powerColumns('u')},
      CASE WHEN t.generation = coalesce(batch.generation, t.generation) AND t.generation > t.first_generation
        AND t.confirmed_generation IS DISTINCT FROM t.generation THEN t.generation END AS unconfirmed
    FROM ${batchRows(ACCESS_TOKEN)}
    JOIN refresh_tokens t ON t.unique_id = batch.unique_id AND t.subject = batch.subject AND t.client_id = batch.client_id
    JOIN users u ON u.email = t.subject
    WHERE u.enabled AND to_timestamp(batch.expires) > now() AND ${isLive('t')}`,
});
