import { audited, EVENT_COLUMNS, FACTS_OF_EVENT, recordFacts } from '../audit/audited.js';
import { CLIENT_POLICY, joinedClient, MAY_REFRESH, WHY_NOT_REFRESH } from '../clients/policy-of-session.js';
import { batchRows, type Numbered } from '../database/batch-rows.js';
import { NOW_SECOND } from '../database/now-second.js';
import { rowOf, statement } from '../database/statement.js';
import { powerColumns } from '../users/user-seals.service.js';
import { isCut } from './cutoff-sql.js';
import type { Diagnosis } from './judgement.js';
import { bindingTo, isKeyOf, isOtherNetwork, keyOfPublic } from './redemption-conditions.js';
import { lifeOf, longestLifeOf, SESSION_LIVES } from './session-lives.js';
import type { Rotated } from './session.js';
import { isLive, ISSUED, isUnexpired } from './session.statements.js';
import { ticketHashSql } from './ticket-digest.js';

/**
 * How many rotations before the latest the row records. A token that was superseded before them is a replay. With four, one of a thousand
 * requests on a machine with eight busy loops was judged so late that the record no longer had its rotation.
 */
const EARLIER_ROTATIONS = 15;
/** The most events per minute for one session whose refreshes come from changing networks or user agents. */
const ELSEWHERE_A_MINUTE = 10;

/**
 * A token to redeem, the client that the request names (null means the client of the token), the digest of the next token, where the
 * request came from, and the thumbprint of the key of its DPoP proof (null without a proof).
 */
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
  jkt: 'text?',
} as const;

/** The lifetime of a token, in seconds, where no policy of a client says otherwise, and the other limits of lives. */
const LIVES = { life: 'float8', ...SESSION_LIVES, ...CLIENT_POLICY } as const;

/** SQL: the new expiry: one lifetime from now, but never after the longest lifetime of the login. */
const SLID =
  'least(now() + make_interval(secs => locked.life), t.auth_time + make_interval(secs => locked.longest_life))';

const IS_OTHER_NETWORK = isOtherNetwork('batch.address');
const IS_OTHER_AGENT = 't.last_redeemed_on IS NOT NULL AND t.last_user_agent IS DISTINCT FROM batch.user_agent';

/** SQL: locks the rows of the tokens that can be redeemed, and selects them with the digests of their next tokens. */
function locked({ columns, condition, lock }: Readonly<Record<'columns' | 'condition' | 'lock', string>>): string {
  return `SELECT ${columns}, batch.ordinal, batch.salt, batch.hash, batch.address, batch.user_agent, batch.request_id, ${powerColumns('u')},
        ${keyOfPublic('batch.jkt')} AS jkt, ${lifeOf('t', 'u')} AS life, ${longestLifeOf('t', 'u')} AS longest_life
      FROM ${batchRows(REDEEMED)}, users u, refresh_tokens t ${joinedClient('t')}
      WHERE t.id = batch.id AND t.unique_id = batch.unique_id AND t.generation = batch.generation
        AND t.ticket_hash = ${ticketHashSql('t', 'batch.token')}
        AND t.client_id = coalesce(batch.client_id, t.client_id)
        AND ${isLive('t', 'u')} AND ${MAY_REFRESH} AND ${isKeyOf('batch.jkt')}
        AND u.email = t.subject AND u.enabled AND NOT (${condition})
      FOR NO KEY UPDATE OF t ${lock}`;
}

/**
 * SQL: replaces the tokens of `locked` by their next tokens. The expiry slides, but it is written only if it moves by at least a fifteenth
 * of the lifetime (one day of fifteen), or back, because the policy of the client changed. The expiry has an index. So most rotations change
 * no indexed column and stay heap-only updates. A session that is not bound yet becomes bound to the key of the request, if it has one.
 */
const ROTATE = `UPDATE refresh_tokens t SET
      generation = t.generation + 1, rotated_on = clock_timestamp(), ticket_salt = locked.salt, ticket_hash = locked.hash,
      rotations = (t.rotated_on || t.rotations)[1:${EARLIER_ROTATIONS}], repetitions = 0,
      last_redeemed_on = clock_timestamp(), last_request_id = locked.request_id, last_address = locked.address,
      last_user_agent = locked.user_agent, updated_on = ${NOW_SECOND}, updated_by = t.subject, ${bindingTo('locked.jkt')},
      expires_on = CASE WHEN ${SLID} > t.expires_on + make_interval(secs => locked.life / 15) OR ${SLID} < t.expires_on
        THEN date_trunc('second', ${SLID}) ELSE t.expires_on END
    FROM locked WHERE t.id = locked.id
    RETURNING locked.ordinal::int, t.subject, t.client_id AS "clientId", t.auth_time AS "authTime", t.amr,
      t.cutoffs_seen AS "cutoffsSeen", now() AS now, locked."isAdministrator", locked.roles, locked.mac`;

/**
 * Redeems a batch of tokens in one commit. A token was redeemed if the statement returns a row for it; nothing is read before. If a batch
 * contains a token twice, it is redeemed once. The statement skips a row that another transaction has locked, so that no token waits for
 * another. It also skips a token that comes from another network or user agent than at the previous redemption. The statement is
 * idempotent: after a first run the token is the previous token, and gets the same answer as the retry of a client.
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
 * Redeems a token that `REDEEM` skipped. It waits for the row, and writes an event if the token comes from another network or user agent.
 * With `skipsElsewhere`, such a token is skipped again.
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
 * Reads from a session why a token of this generation, sent from this address, was not redeemed. Times are in seconds. `sinceSuperseded` is
 * null for the current generation, and for a generation older than the recorded rotations.
 */
export const DIAGNOSE = statement({
  name: 'session-diagnose',
  isIdempotent: true,
  parameters: {
    id: 'bigint',
    uniqueId: 'uuid',
    clientId: 'text?',
    generation: 'bigint',
    ...SESSION_LIVES,
    ...CLIENT_POLICY,
    address: 'inet?',
    jkt: 'text?',
  },
  returns: rowOf<Diagnosis>(),
  text: `SELECT ${ISSUED}, t.issued, t.first_generation AS "firstGeneration", t.ticket_salt AS salt, t.ticket_hash AS hash,
      t.client_id = coalesce(:clientId::text, t.client_id) AS "isSameClient",
      NOT (${isUnexpired('t', 'u')}) AS "isExpired", ${isCut('t')} AS "isCut", ${WHY_NOT_REFRESH} AS "refusalOfClient",
      coalesce(${isKeyOf(':jkt::text')}, false) AS "isOfKey", t.bound_from AS "boundFrom",
      ${secondsSince('(t.rotated_on || t.rotations)[t.generation - :generation::bigint]')} AS "sinceSuperseded",
      ${secondsSince('(t.rotated_on || t.rotations)[t.generation - :generation::bigint - 1]')} AS "sinceSuccessorSuperseded",
      t.confirmed_generation IS NOT DISTINCT FROM t.generation AS "isConfirmed", t.repetitions,
      ${isOtherNetwork(':address::inet')} AS "isOtherNetwork",
      host(t.last_address) AS "lastAddress", t.last_user_agent AS "lastUserAgent", t.last_request_id AS "lastRequestId",
      t.last_redeemed_on AS "lastRedeemedOn", coalesce(u.enabled, false) AS "isUserEnabled", ${powerColumns('u')}
    FROM refresh_tokens t LEFT JOIN users u ON u.email = t.subject ${joinedClient('t')}
    WHERE t.id = :id AND t.unique_id = :uniqueId`,
});

/** A token of a session. */
const TOKEN = { id: 'bigint', uniqueId: 'uuid', generation: 'bigint' } as const;

/**
 * Counts a repetition of the current token, notes where the request came from, and writes the event. A session that is
 * not bound becomes bound as by a rotation, so of two keys one gets the answer. Returns no row when the session changed meanwhile, also when
 * it was bound to another key, or its token was repeated too often.
 */
export const REPEAT = audited({
  name: 'session-repeat',
  parameters: {
    ...TOKEN,
    jkt: 'text?',
    mostRepetitions: 'int',
    fromAddress: 'inet?',
    fromAgent: 'text?',
    fromRequest: 'text?',
  },
  act: `UPDATE refresh_tokens t SET repetitions = t.repetitions + 1, last_redeemed_on = clock_timestamp(),
      last_address = :fromAddress::inet, last_user_agent = :fromAgent::text, last_request_id = :fromRequest::text,
      ${bindingTo('was.key_of_request')}
    FROM (SELECT t.*, ${keyOfPublic(':jkt::text')} AS key_of_request FROM refresh_tokens t ${joinedClient('t')}
      WHERE t.id = :id AND t.unique_id = :uniqueId AND t.issued AND t.generation = :generation
        AND t.repetitions < :mostRepetitions::int AND (t.jkt IS NULL OR t.jkt = :jkt::text)
      FOR NO KEY UPDATE OF t) was
    WHERE t.id = was.id
    RETURNING ${recordFacts('was')}, false AS ended`,
  columns: 'id',
});

/**
 * Ends the session of a replayed token of this generation, however often the session was refreshed since. A later sign-in is another login,
 * which continues.
 */
export const END_REPLAYED = audited({
  name: 'session-end-replayed',
  parameters: TOKEN,
  act: `DELETE FROM refresh_tokens t WHERE id = :id AND unique_id = :uniqueId AND issued
    AND first_generation <= :generation AND generation > :generation RETURNING ${recordFacts('t')}, true AS ended`,
  columns: 'id',
});

/** Ends the session of a current or repeatable token of this generation that comes from another network or user agent. */
export const END_ELSEWHERE = audited({
  name: 'session-end-elsewhere',
  parameters: TOKEN,
  act: `DELETE FROM refresh_tokens t WHERE id = :id AND unique_id = :uniqueId AND issued
    AND first_generation <= :generation AND generation >= :generation RETURNING ${recordFacts('t')}, true AS ended`,
  columns: 'id',
});

/** A generation of a session whose access token was accepted. */
const CONFIRMED = { uniqueId: 'uuid', generation: 'bigint' } as const;

/** Records the generation of an accepted access token. A locked row is skipped: the next accepted token confirms it. */
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

/** Replaces a sealed ticket by the same ticket under another key. */
export const RESEAL_TICKET = statement({
  name: 'session-reseal-ticket',
  parameters: { id: 'bigint', ticket: 'text', resealed: 'text' },
  text: 'UPDATE refresh_tokens SET protected_ticket = :resealed WHERE id = :id AND protected_ticket = :ticket AND issued',
});
