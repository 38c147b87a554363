import { ACT, ACT_COLUMNS, EVENT_COLUMNS, FACTS_OF_EVENT, recordFacts } from '../audit/audited.js';
import { joinedClient } from '../clients/policy-of-session.js';
import { parameterList, type Parameters } from '../database/named-parameters.js';
import { rowOf, statement } from '../database/statement.js';
import { cutoffOf, isCut } from './cutoff-sql.js';
import { ENDED_SESSION, type Cutoff, type CutRow } from './ended-session.js';
import { SESSION_LIVES } from './session-lives.js';
import { isUnexpired } from './session.statements.js';

/** A cutoff stays this long, at least. No statement that began before the cutoff runs so long. */
const KEPT = `interval '15 minutes'`;

/**
 * So long after a cutoff, a sign-in certainly saw the cutoff, or came after it was forgotten. It is shorter than `KEPT`, so that no sign-in that
 * takes minutes is taken for an earlier one.
 */
const IN_DOUBT = `interval '10 minutes'`;

/** Lets one transaction at a time add a cutoff, so that cutoffs are numbered in the order of their commits. */
export const LOCK_CUTOFFS = statement({
  name: 'session-lock-cutoffs',
  isPrepared: false,
  parameters: { lock: 'bigint' },
  text: 'SELECT pg_advisory_xact_lock(:lock)',
});

/** Which sessions: of this subject, at this client, and of sign-ins before this time. Null means all. */
const SCOPE = { subject: 'text?', clientId: 'text?', issuedBefore: 'timestamptz?' } as const;

/** Adds a cutoff with its event. */
export const ADD_CUTOFF = statement({
  name: 'session-add-cutoff',
  parameters: { ...SCOPE, ...ACT, endReason: 'text' },
  returns: rowOf<{ id: number }>(),
  text: `WITH cutoff AS (
      INSERT INTO session_cutoffs (subject, client_id, issued_before, reason, actor, address, user_agent, request_id)
      VALUES (:subject::text, :clientId::text, :issuedBefore::timestamptz, :endReason::text, :actor::text, :address::text,
        :userAgent::text, :requestId::text)
      RETURNING id, subject, client_id
    ), event AS (
      INSERT INTO audit_trail_entries (${ACT_COLUMNS}, subject, client_id, record_ids)
      SELECT ${parameterList(ACT, 'typed')}, subject, client_id, '{}' FROM cutoff)
    SELECT id FROM cutoff`,
});

/** SQL: whether a cutoff with these parameters would end the session of this row. */
const WOULD_END = `${isUnexpired('t')} AND NOT ${isCut('t')} AND coalesce(t.auth_time < :issuedBefore::timestamptz, true)`;
const COUNTED = { ...SESSION_LIVES, issuedBefore: 'timestamptz?' } as const;

/** Counts the first rows of a scope, and how many of them are live sessions that began before a time. `isPast` says whether that time has come. */
function countFirst<const P extends Parameters>(name: string, scope: string, parameters: P) {
  return statement({
    name,
    isIdempotent: true,
    parameters: { ...COUNTED, limit: 'bigint', ...parameters },
    returns: rowOf<{ rows: number; sessions: number; isPast: boolean }>(),
    text: `SELECT count(*)::int AS rows, count(*) FILTER (WHERE would_end)::int AS sessions,
        coalesce(:issuedBefore::timestamptz <= now(), true) AS "isPast" FROM (
        SELECT ${WOULD_END} AS would_end FROM refresh_tokens t ${joinedClient('t')} WHERE t.issued AND ${scope} LIMIT :limit::bigint) counted`,
  });
}

/** The counts of the three kinds of scopes, each by its index. */
export const COUNT_FIRST = {
  ofSubject: countFirst(
    'session-count-first-of-subject',
    't.subject = :subject AND t.client_id = coalesce(:clientId::text, t.client_id)',
    { subject: 'text', clientId: 'text?' } as const,
  ),
  ofClient: countFirst('session-count-first-of-client', 't.client_id = :clientId', { clientId: 'text' } as const),
  ofEverybody: countFirst('session-count-first', 'true', {} as const),
};

/** When a sweep begins, if there is a cutoff that no sweep has been for yet, or that can be forgotten after a sweep. */
export const DUE_SWEEP = statement({
  name: 'session-due-sweep',
  parameters: { lastSweep: 'timestamptz' },
  returns: rowOf<{ startedOn: Date }>(),
  text: `SELECT now() AS "startedOn" WHERE EXISTS (SELECT FROM session_cutoffs
    WHERE created_on > :lastSweep::timestamptz OR created_on < now() - ${KEPT})`,
});

/** Deletes cutoffs that a sweep was for, which began long enough after them. */
export const FORGET_CUTOFFS = statement({
  name: 'session-forget-cutoffs',
  parameters: { startedOn: 'timestamptz' },
  text: `DELETE FROM session_cutoffs WHERE created_on < :startedOn::timestamptz - ${KEPT}`,
});

/**
 * The cutoffs with greater numbers, as verifiers of access tokens need them. A number from beyond the sequence is of a database that was since
 * restored, so all cutoffs count.
 */
export const CUTOFFS_AFTER = statement({
  name: 'session-cutoffs-after',
  isIdempotent: true,
  parameters: { after: 'bigint', limit: 'int' },
  returns: rowOf<Cutoff>(),
  text: `SELECT id AS number, subject, client_id AS "clientId",
      ceil(extract(epoch FROM least(issued_before, created_on + ${IN_DOUBT})))::float8 AS "authTimeBefore"
    FROM session_cutoffs
    WHERE id > CASE WHEN :after::bigint <= pg_sequence_last_value(pg_get_serial_sequence('session_cutoffs', 'id')::regclass)
      THEN :after::bigint ELSE 0 END
    ORDER BY id LIMIT :limit::int`,
});

/** SQL: deletes rows whose sessions a cutoff ended, and writes their events, with the act of the cutoff. */
function deleteCut(where: string): string {
  return `cut AS (
      DELETE FROM refresh_tokens t WHERE ${where} AND t.issued AND ${isCut('t')}
      RETURNING ${recordFacts('t')}, t.cutoffs_seen, t.auth_time
    ), ended AS (
      SELECT cut.*, cutoff.reason, cutoff.actor, cutoff.address, cutoff.user_agent, cutoff.request_id
      FROM cut, LATERAL ${cutoffOf('cut')} cutoff
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT 'session-ended', actor, reason, address, user_agent, request_id, ${FACTS_OF_EVENT} FROM ended)`;
}

const CUT_ROW = `ended.id, ${ENDED_SESSION}, reason, actor, address, user_agent AS "userAgent", request_id AS "requestId"`;

/** Deletes the rows of ended sessions among the next sessions by Id. `upTo` is the last of these Ids, and null if there is none. */
export const SWEEP = statement({
  name: 'session-sweep',
  parameters: { after: 'bigint', limit: 'bigint' },
  returns: rowOf<{ upTo: number | null } & { readonly [Member in keyof CutRow]: CutRow[Member] | null }>(),
  text: `WITH next AS MATERIALIZED (
      SELECT max(id) AS up_to FROM (
        SELECT id FROM refresh_tokens WHERE issued AND id > :after::bigint ORDER BY id LIMIT :limit::bigint) following
    ), ${deleteCut('t.id > :after::bigint AND t.id <= (SELECT up_to FROM next)')}
    SELECT next.up_to AS "upTo", ${CUT_ROW} FROM next LEFT JOIN ended ON true`,
});

/** Deletes the row of an ended session, so that a sign-in begins another session. */
export const END_CUT = statement({
  name: 'session-end-cut',
  parameters: { id: 'bigint', uniqueId: 'uuid?' },
  returns: rowOf<CutRow>(),
  text: `WITH ${deleteCut('t.id = :id AND t.unique_id = :uniqueId')} SELECT ${CUT_ROW} FROM ended`,
});
