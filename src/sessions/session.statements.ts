import { audited, recordFacts } from '../audit/audited.js';
import { accessTokenEnd, CLIENT_POLICY, IS_ADMITTED, joinedClient, MAY_REFRESH } from '../clients/policy-of-session.js';
import { batchRows, type Columns, type Numbered } from '../database/batch-rows.js';
import { rowOf, statement } from '../database/statement.js';
import { powerColumns, type SignedPower } from '../users/user-seals.service.js';
import { isCut } from './cutoff-sql.js';
import { ENDED_ROW, type EndedRow, type RevivedSession } from './ended-session.js';
import type { ConfirmingUser, CurrentSession, ListedSession, SessionDevice } from './session.js';
import { idleExpiryOf, longestLifeOf, SESSION_LIVES } from './session-lives.js';
import { ticketHashSql } from './ticket-digest.js';

/** SQL: the columns of a session whose token was just issued. */
export const ISSUED = `t.id, t.unique_id AS "uniqueId", t.generation, t.subject, t.client_id AS "clientId", t.auth_time AS "authTime",
  t.amr, t.cutoffs_seen AS "cutoffsSeen", now() AS now`;

/**
 * SQL: whether the service issued the token of this row, and neither the token nor the session has expired, by the policy of the joined client,
 * the settings and the roles of the user.
 */
export function isUnexpired(alias: string, user?: string): string {
  return `${alias}.issued AND ${alias}.expires_on > now() AND ${alias}.auth_time + make_interval(secs => ${longestLifeOf(alias, user)}) > now()
        AND coalesce(${idleExpiryOf(alias, user)} > now(), true)`;
}

/**
 * SQL: whether the session of this row is live: the service issued its token, which has not expired, and no cutoff ended it.
 */
export function isLive(alias: string, user?: string): string {
  return `${isUnexpired(alias, user)} AND NOT ${isCut(alias)}`;
}

/** The session of a current token. */
export const CURRENT = statement({
  name: 'session-current',
  isIdempotent: true,
  parameters: {
    ...{ id: 'bigint', uniqueId: 'uuid', generation: 'bigint', token: 'text' },
    ...SESSION_LIVES,
    ...CLIENT_POLICY,
  },
  returns: rowOf<CurrentSession & SignedPower>(),
  text: `SELECT ${ISSUED}, t.rotated_on AS "rotatedOn", t.protected_ticket AS "protectedTicket", t.jkt,
      least(t.expires_on, t.auth_time + make_interval(secs => ${longestLifeOf('t', 'u')}), ${idleExpiryOf('t', 'u')}) AS "expiresOn", ${powerColumns('u')}
    FROM refresh_tokens t JOIN users u ON u.email = t.subject ${joinedClient('t')}
    WHERE t.id = :id AND t.unique_id = :uniqueId AND t.generation = :generation
      AND t.ticket_hash = ${ticketHashSql('t', ':token')}
      AND ${isLive('t', 'u')} AND ${MAY_REFRESH} AND u.enabled`,
});

/** SQL: the columns of `SessionDevice`. */
const DEVICE = `host(t.first_address) AS "firstAddress", host(t.last_address) AS "lastAddress", t.last_user_agent AS "lastUserAgent",
  t.last_redeemed_on AS "lastRedeemedOn", t.device_name AS "deviceName"`;

/** SQL: the columns of `ListedSession`. */
export const LISTED = `t.id, t.unique_id AS "uniqueId", t.client_id AS "clientId", t.created_on AS "createdOn", t.auth_time AS "authTime",
  t.rotated_on AS "rotatedOn", t.expires_on AS "expiresOn", t.last_request_id AS "lastRequestId", t.amr, ${DEVICE}`;

/** The sessions of a user; without a client, at every client. */
export const SESSIONS_OF = statement({
  name: 'sessions-of',
  parameters: { subject: 'text', clientId: 'text?' },
  returns: rowOf<ListedSession>(),
  isIdempotent: true,
  text: `SELECT ${LISTED} FROM refresh_tokens t
    WHERE subject = :subject AND issued AND client_id = coalesce(:clientId::text, client_id) AND NOT ${isCut('t')} ORDER BY id`,
});

/** The device of a session. */
export const SESSION_DEVICE = statement({
  name: 'session-device',
  parameters: { uniqueId: 'uuid' },
  returns: rowOf<SessionDevice>(),
  isIdempotent: true,
  text: `SELECT ${DEVICE} FROM refresh_tokens t WHERE unique_id = :uniqueId AND issued`,
});

/** Returns a row if the session belongs to another client. */
export const OF_ANOTHER_CLIENT = statement({
  name: 'session-of-another-client',
  parameters: { id: 'bigint', uniqueId: 'uuid', clientId: 'text' },
  isIdempotent: true,
  text: 'SELECT id FROM refresh_tokens WHERE id = :id AND unique_id = :uniqueId AND issued AND client_id <> :clientId',
});

/** The client of a session. */
export const CLIENT_OF = statement({
  name: 'session-client',
  isIdempotent: true,
  parameters: { id: 'bigint', uniqueId: 'uuid' },
  returns: rowOf<{ clientId: string }>(),
  text: 'SELECT client_id AS "clientId" FROM refresh_tokens WHERE id = :id AND unique_id = :uniqueId AND issued',
});

const ENDED = `RETURNING ${recordFacts('t')}, true AS ended`;
/** What an end returns of each session. */
const ENDED_SESSION = { columns: ENDED_ROW, returns: rowOf<EndedRow>() };

/**
 * Ends the session of a refresh token that its client revokes. Without a client, the client of the token counts. A token of an earlier
 * login ends nothing. A token that is newer than the database, which was restored, ends the session.
 */
export const END_REVOKED = audited({
  name: 'session-end-revoked',
  ...ENDED_SESSION,
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
  ...ENDED_SESSION,
  parameters: { uniqueId: 'uuid', subject: 'text', clientId: 'text', expires: 'float8' },
  act: `DELETE FROM refresh_tokens t WHERE unique_id = :uniqueId AND issued AND subject = :subject AND client_id = :clientId
    AND to_timestamp(:expires::float8) > now() ${ENDED}`,
});

/** Ends sessions by the ids of their records. */
export const END_BY_IDS = audited({
  name: 'session-end-by-ids',
  ...ENDED_SESSION,
  parameters: { ids: 'bigint[]' },
  act: `DELETE FROM refresh_tokens t WHERE issued AND id = ANY ((SELECT :ids::bigint[])::bigint[]) ${ENDED}`,
});

/** Counts the sessions of records by the ids of these. */
export const COUNT_BY_IDS = statement({
  name: 'session-count-by-ids',
  isIdempotent: true,
  parameters: { ids: 'bigint[]' },
  returns: rowOf<{ count: number }>(),
  text: `SELECT count(*)::int AS count FROM refresh_tokens WHERE issued AND id = ANY ((SELECT :ids::bigint[])::bigint[])`,
});

/** Ends all sessions of a user, at one client or at every client, or those of sign-ins before a time. */
export const END_ALL = audited({
  name: 'session-end-all',
  ...ENDED_SESSION,
  parameters: { subject: 'text', clientId: 'text?', issuedBefore: 'timestamptz?' },
  act: `DELETE FROM refresh_tokens t WHERE issued AND subject = :subject AND client_id = coalesce(:clientId::text, client_id)
    AND coalesce(auth_time < :issuedBefore::timestamptz, true) ${ENDED}`,
});

/**
 * An access token. `issued` and `expires` are its times by the database's clock, in seconds since 1970. The generation is that of the
 * refresh token that was issued with it, and null for tokens of versions that did not store it.
 */
export const ACCESS_TOKEN = {
  uniqueId: 'uuid',
  subject: 'text',
  clientId: 'text',
  issued: 'float8',
  expires: 'float8',
  generation: 'bigint?',
} as const;

/** The parameters of `liveUsers`. */
export const PRINCIPAL_POLICY = { ...SESSION_LIVES, ...CLIENT_POLICY } as const;

/**
 * SQL: the columns of `ConfirmingUser`, from `liveUsers`. `unconfirmed` is the generation that this token confirms. It is null if the generation
 * is not the current one, is already confirmed, or is the first of its login, which needs no confirmation.
 */
export const PRINCIPAL = `${powerColumns('u')},
      CASE WHEN t.generation = coalesce(batch.generation, t.generation) AND t.generation > t.first_generation
        AND t.confirmed_generation IS DISTINCT FROM t.generation THEN t.generation END AS unconfirmed`;

/**
 * SQL: the users of a batch of access tokens whose sessions are live, and whose clients may have sessions. No access token outlives its session,
 * nor the life that the policy of its client has now. The columns of the batch begin with `ACCESS_TOKEN`.
 */
export function liveUsers(batch: Columns): string {
  return `FROM ${batchRows(batch)}
    JOIN refresh_tokens t ON t.unique_id = batch.unique_id AND t.subject = batch.subject AND t.client_id = batch.client_id
    JOIN users u ON u.email = t.subject ${joinedClient('t')}
    WHERE u.enabled AND to_timestamp(${accessTokenEnd('batch.issued', 'batch.expires')}) > now() AND ${isLive('t', 'u')}
      AND ${IS_ADMITTED}`;
}

/** The users of access tokens. */
export const PRINCIPALS = statement({
  name: 'session-principals',
  isIdempotent: true,
  batch: ACCESS_TOKEN,
  parameters: PRINCIPAL_POLICY,
  returns: rowOf<Numbered<ConfirmingUser>>(),
  text: `SELECT batch.ordinal::int, ${PRINCIPAL} ${liveUsers(ACCESS_TOKEN)}`,
});

/**
 * The end of a session deletes its row, and the next login of this user and client has a new UniqueId. So if a redeemable row has the
 * UniqueId of an ended session, something other than the service put the row back.
 */
export const REVIVED = statement({
  name: 'session-revived',
  returns: rowOf<RevivedSession>(),
  text: `SELECT t.id, t.unique_id AS "uniqueId", t.subject, t.client_id AS "clientId", max(e.created_on) AS "endedOn"
    FROM refresh_tokens t JOIN audit_trail_entries e ON e.session_id = t.unique_id AND e.kind = 'session-ended'
    WHERE t.issued AND t.auth_time <= e.created_on
    GROUP BY t.id ORDER BY t.id LIMIT 1000`,
});

/**
 * PostgreSQL stores for each index how many entries it last found, and this index has one entry for each session. An index that was never
 * analysed has 0, like an empty index. Then the number for the table is -1, so the statement returns no row.
 */
export const ESTIMATE = statement({
  name: 'session-estimate',
  returns: rowOf<{ value: number }>(),
  text: `SELECT i.reltuples AS value FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE x.indexrelid = to_regclass('refresh_tokens_slots') AND t.reltuples >= 0`,
});
