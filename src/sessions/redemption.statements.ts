import { audited, EVENT_COLUMNS, FACTS_OF_EVENT, recordFacts } from '../audit/audited.js';
import { batchRows, type Numbered } from '../database/batch-rows.js';
import { rowOf, statement } from '../database/statement.js';
import { powerColumns } from '../users/user-seals.service.js';
import type { Diagnosis } from './judgement.js';
import type { Rotated } from './session.js';
import { isLive, ISSUED, NOW_SECOND } from './session.statements.js';
import { ticketHashSql } from './ticket-digest.js';

/** So many rotations before the latest are on record in the row. */
const EARLIER_ROTATIONS = 4;
/** The trail takes so many events a minute of one session that is refreshed from one place after another. */
const ELSEWHERE_A_MINUTE = 10;

/** A token to redeem, the client that was named or null for the token's own, the digest of the token that follows, and where the request came from. */
const REDEEMED = {
  id: 'bigint',
  uniqueId: 'uuid',
  generation: 'bigint',
  token: 'text',
  clientId: 'text?',
  salt: 'text',
  hash: 'text',
  address: 'inet?',
  userAgent: 'text?',
  requestId: 'text?',
} as const;

/** The life of a token and the longest life of a login, in seconds. */
const LIVES = { life: 'float8', longestLife: 'float8' } as const;

/** SQL: where the expiry slides to: a life from now, but never past the longest life of the login. */
const SLID =
  'least(now() + make_interval(secs => :life::float8), t.auth_time + make_interval(secs => :longestLife::float8))';

/**
 * SQL: whether an address is in another network than that of the redemption before. The addresses of an IPv4 /24 are one network, and
 * those of an IPv6 /48. False when an address is not known.
 */
function isOtherNetwork(address: string): string {
  return `coalesce(t.last_address <> ${address}
    AND NOT t.last_address <<= set_masklen(${address}, CASE family(${address}) WHEN 4 THEN 24 ELSE 48 END), false)`;
}

const IS_OTHER_NETWORK = isOtherNetwork('batch.address');
const IS_OTHER_AGENT = 't.last_redeemed_on IS NOT NULL AND t.last_user_agent IS DISTINCT FROM batch.user_agent';

/** SQL: the tokens that can be redeemed, and what follows them. Their rows are locked while they are judged. */
function locked({ columns, condition, lock }: Readonly<Record<'columns' | 'condition' | 'lock', string>>): string {
  return `SELECT ${columns}, batch.ordinal, batch.salt, batch.hash, batch.address, batch.user_agent, batch.request_id, ${powerColumns('u')}
      FROM ${batchRows(REDEEMED)}, refresh_tokens t, users u
      WHERE t.id = batch.id AND t.unique_id = batch.unique_id AND t.generation = batch.generation
        AND t.ticket_hash = ${ticketHashSql('t', 'batch.token')}
        AND t.client_id = coalesce(batch.client_id, t.client_id)
        AND ${isLive('t')}
        AND u.email = t.subject AND u.enabled AND NOT (${condition})
      FOR NO KEY UPDATE OF t ${lock}`;
}

/**
 * SQL: puts the tokens of `locked` out of use. The expiry slides, but is written only when it would move by a fifteenth of the life (a day
 * of fifteen): the index on it leaves most rotations heap-only.
 */
const ROTATE = `UPDATE refresh_tokens t SET
      generation = t.generation + 1, rotated_on = clock_timestamp(), ticket_salt = locked.salt, ticket_hash = locked.hash,
      rotations = (t.rotated_on || t.rotations)[1:${EARLIER_ROTATIONS}], repetitions = 0,
      last_redeemed_on = clock_timestamp(), last_request_id = locked.request_id, last_address = locked.address,
      last_user_agent = locked.user_agent, updated_on = ${NOW_SECOND}, updated_by = t.subject,
      expires_on = CASE WHEN ${SLID} > t.expires_on + make_interval(secs => :life::float8 / 15)
        THEN date_trunc('second', ${SLID}) ELSE t.expires_on END
    FROM locked WHERE t.id = locked.id
    RETURNING locked.ordinal::int, t.subject, t.client_id AS "clientId", t.auth_time AS "authTime", t.amr, now() AS now,
      locked."isAdministrator", locked.roles, locked.mac`;

/**
 * Redeems tokens, each for itself, in one commit. `place` counts the tokens from 1. The rows that come back decide; nothing is read first. Of a token that is there twice, one is
 * redeemed. A row that another transaction has locked is skipped, so that no token waits for that of another, and so is a token that comes
 * from another network or user agent than the redemption before. It may be repeated: when it was done already, the token is the previous
 * one, and gets the same answer as the retry of a client.
 */
export const REDEEM = statement({
  name: 'session-redeem',
  isIdempotent: true,
  batch: REDEEMED,
  parameters: LIVES,
  returns: rowOf<Numbered<Rotated>>(),
  text: `WITH locked AS (
      ${locked({ columns: 't.id', condition: `${IS_OTHER_NETWORK} OR ${IS_OTHER_AGENT}`, lock: 'SKIP LOCKED' })})
    ${ROTATE}`,
});

/**
 * Redeems a token that was skipped: waits for its row, and writes an event when it comes from elsewhere. `skipsElsewhere` says whether a
 * token that comes from elsewhere is skipped all the same.
 */
export const REDEEM_SKIPPED = statement({
  name: 'session-redeem-skipped',
  isIdempotent: true,
  batch: REDEEMED,
  parameters: { ...LIVES, skipsElsewhere: 'boolean' },
  returns: rowOf<Numbered<Rotated>>(),
  text: `WITH locked AS (
      ${locked({
        columns: `${recordFacts('t')}, ${IS_OTHER_NETWORK} AS is_other_network, ${IS_OTHER_AGENT} AS is_other_agent`,
        condition: `:skipsElsewhere::boolean AND (${IS_OTHER_NETWORK} OR ${IS_OTHER_AGENT})`,
        lock: '',
      })}),
    rotated AS (${ROTATE}),
    event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT 'refreshed-elsewhere', subject,
        concat_ws(' ', CASE WHEN is_other_network THEN 'network' END, CASE WHEN is_other_agent THEN 'user-agent' END),
        host(address), user_agent, request_id, ${FACTS_OF_EVENT}
      FROM locked
      WHERE (is_other_network OR is_other_agent) AND id IN (SELECT id FROM rotated)
        AND (SELECT count(*) FROM (SELECT FROM audit_trail_entries WHERE session_id = locked.unique_id
          AND kind = 'refreshed-elsewhere' AND created_on > now() - interval '1 minute'
          LIMIT ${ELSEWHERE_A_MINUTE}) recent) < ${ELSEWHERE_A_MINUTE})
    SELECT * FROM rotated`,
});

function secondsSince(time: string): string {
  return `extract(epoch FROM clock_timestamp() - ${time})::float8`;
}

/**
 * Says of a session why a token of this generation was not redeemed, which comes from this address; times in seconds. `sinceSuperseded` is
 * null for the current generation and for one that is older than the rotations on record.
 */
export const DIAGNOSE = statement({
  name: 'session-diagnose',
  isIdempotent: true,
  parameters: {
    id: 'bigint',
    uniqueId: 'uuid',
    clientId: 'text?',
    longestLife: 'float8',
    generation: 'bigint',
    address: 'inet?',
  },
  returns: rowOf<Diagnosis>(),
  text: `SELECT ${ISSUED}, t.issued, t.first_generation AS "firstGeneration", t.ticket_salt AS salt, t.ticket_hash AS hash,
      t.client_id = coalesce(:clientId::text, t.client_id) AS "isSameClient",
      NOT (${isLive('t')}) AS "isExpired",
      ${secondsSince('(t.rotated_on || t.rotations)[t.generation - :generation::bigint]')} AS "sinceSuperseded",
      ${secondsSince('(t.rotated_on || t.rotations)[t.generation - :generation::bigint - 1]')} AS "sinceSuccessorSuperseded",
      t.confirmed_generation IS NOT DISTINCT FROM t.generation AS "isConfirmed", t.repetitions,
      ${isOtherNetwork(':address::inet')} AS "isOtherNetwork",
      host(t.last_address) AS "lastAddress", t.last_user_agent AS "lastUserAgent", t.last_request_id AS "lastRequestId",
      t.last_redeemed_on AS "lastRedeemedOn", coalesce(u.enabled, false) AS "isUserEnabled", ${powerColumns('u')}
    FROM refresh_tokens t LEFT JOIN users u ON u.email = t.subject
    WHERE t.id = :id AND t.unique_id = :uniqueId`,
});

/** A token of a session. */
const TOKEN = { id: 'bigint', uniqueId: 'uuid', generation: 'bigint' } as const;

/**
 * Counts that the current token is given again, from where, and writes the event. No row when the session went on meanwhile, or its token
 * was given often enough.
 */
export const REPEAT = audited({
  name: 'session-repeat',
  parameters: { ...TOKEN, mostRepetitions: 'int', fromAddress: 'inet?', fromAgent: 'text?', fromRequest: 'text?' },
  act: `UPDATE refresh_tokens t SET repetitions = t.repetitions + 1, last_redeemed_on = clock_timestamp(),
      last_address = :fromAddress::inet, last_user_agent = :fromAgent::text, last_request_id = :fromRequest::text
    FROM (SELECT * FROM refresh_tokens
      WHERE id = :id AND unique_id = :uniqueId AND issued AND generation = :generation AND repetitions < :mostRepetitions::int
      FOR NO KEY UPDATE) was
    WHERE t.id = was.id
    RETURNING ${recordFacts('was')}, false AS ended`,
  columns: 'id',
});

/**
 * Ends the session of a replayed token, of this generation. The session ends however often it was refreshed since; a sign-in since then
 * is another login, which goes on.
 */
export const END_REPLAYED = audited({
  name: 'session-end-replayed',
  parameters: TOKEN,
  act: `DELETE FROM refresh_tokens t WHERE id = :id AND unique_id = :uniqueId AND issued
    AND first_generation <= :generation AND generation > :generation RETURNING ${recordFacts('t')}, true AS ended`,
  columns: 'id',
});

/** Ends the session of a current or repeatable token that comes from elsewhere, of this generation. */
export const END_ELSEWHERE = audited({
  name: 'session-end-elsewhere',
  parameters: TOKEN,
  act: `DELETE FROM refresh_tokens t WHERE id = :id AND unique_id = :uniqueId AND issued
    AND first_generation <= :generation AND generation >= :generation RETURNING ${recordFacts('t')}, true AS ended`,
  columns: 'id',
});

/** A generation of a session whose access token was accepted. */
const CONFIRMED = { uniqueId: 'uuid', generation: 'bigint' } as const;

/** Notes of which generation an access token was accepted. A row that is locked is left for the next one. */
export const CONFIRM = statement({
  name: 'session-confirm',
  isIdempotent: true,
  batch: CONFIRMED,
  text: `WITH confirmed AS (
      SELECT t.id, batch.generation FROM ${batchRows(CONFIRMED)}
      JOIN refresh_tokens t ON t.unique_id = batch.unique_id AND t.generation = batch.generation
      WHERE t.issued AND t.confirmed_generation IS DISTINCT FROM batch.generation
      FOR NO KEY UPDATE OF t SKIP LOCKED)
    UPDATE refresh_tokens t SET confirmed_generation = confirmed.generation FROM confirmed WHERE t.id = confirmed.id`,
});

/** The sealed ticket of a session. */
export const TICKET = statement({
  name: 'session-ticket',
  isIdempotent: true,
  parameters: { id: 'bigint', uniqueId: 'uuid' },
  returns: rowOf<{ protectedTicket: string }>(),
  text: `SELECT protected_ticket AS "protectedTicket" FROM refresh_tokens WHERE id = :id AND unique_id = :uniqueId AND issued`,
});

/** Replaces a sealed ticket by the same under another key. */
export const RESEAL_TICKET = statement({
  name: 'session-reseal-ticket',
  parameters: { id: 'bigint', ticket: 'text', resealed: 'text' },
  text: 'UPDATE refresh_tokens SET protected_ticket = :resealed WHERE id = :id AND protected_ticket = :ticket AND issued',
});
