import { ACT, EVENT_COLUMNS, FACTS_OF_EVENT, recordFacts } from '../audit/audited.js';
import { parameterList } from '../database/named-parameters.js';
import { NOW_SECOND } from '../database/now-second.js';
import { rowOf, statement } from '../database/statement.js';
import {
  COUNT_SIGN_IN,
  SETTLEMENT,
  settling,
  SIGN_IN_GUESS,
  type ReservedRow,
} from '../users/guess-limits.statements.js';
import { passwordNameSql } from '../users/password-seals.service.js';
import { CUTOFFS_SEEN, isCut } from './cutoff-sql.js';

/**
 * A token has four bytes for its generation. A login on a row that has reached this generation begins another session. Below it, enough
 * numbers are left for all refreshes of one login.
 */
const WORN = '2147483648';

/** The session that a login is going to begin. Its token and its ticket contain these members. */
export interface PlannedLogin {
  readonly id: number;
  readonly uniqueId: string;
  readonly generation: number;
  readonly authTime: Date;
  /** The `uniqueId` of the existing row, on which the login begins; null when the login needs a new row. */
  readonly earlierUniqueId: string | null;
  /** Whether a cutoff ended the session of the existing row. Then the row must go first: access tokens of the ended session would live again. */
  readonly isCut: boolean;
}

/**
 * Plans a login: on the existing row of this user and client, or on a new row. The generation leaps by a random number. After a backup was
 * restored, tokens that were issued after the backup then belong to an earlier login. Without the leap, the new login would use their
 * generations again. A row whose generations are used up becomes another session.
 */
export const PLAN_LOGIN = statement({
  name: 'login-plan',
  // An id that is not used leaves a gap.
  isIdempotent: true,
  parameters: { subject: 'text', clientId: 'text', newUniqueId: 'uuid' },
  returns: rowOf<PlannedLogin>(),
  text: `SELECT coalesce(t.id, nextval(pg_get_serial_sequence('refresh_tokens', 'id'))) AS id,
      CASE WHEN t.generation < ${WORN} THEN t.unique_id ELSE :newUniqueId::uuid END AS "uniqueId",
      CASE WHEN t.generation >= ${WORN} THEN 0 ELSE coalesce(t.generation, 0) + 1 + floor(random() * 4096)::bigint END AS generation,
      ${NOW_SECOND} AS "authTime", t.unique_id AS "earlierUniqueId",
      ${isCut('t')} AS "isCut"
    FROM (SELECT) AS one LEFT JOIN refresh_tokens t ON t.subject = :subject AND t.client_id = :clientId AND t.issued`,
});

/** The columns of a plan on an existing row, whose `uniqueId` stays; all are null when the plan needs a statement of its own. */
interface PlanColumns extends Pick<PlannedLogin, 'generation' | 'authTime' | 'isCut'> {
  readonly plannedId: number;
  readonly earlierUniqueId: string;
}
type PerhapsPlanned = PlanColumns | { readonly [Name in keyof PlanColumns]: null };

/**
 * Counts a sign-in at a client as a guess, reads the user, and plans the login if this user and client have one row whose generations are not
 * used up. So a usual sign-in needs no other statement before its password is checked. If there are several rows, it returns a row for each of
 * the first two. It takes no number for a new row, because most guesses begin no session.
 */
export const RESERVE_LOGIN = statement({
  name: 'login-reserve',
  isIdempotent: true,
  parameters: { ...SIGN_IN_GUESS, clientId: 'text?' },
  returns: rowOf<ReservedRow & PerhapsPlanned>(),
  text: `${COUNT_SIGN_IN.columns}, planned.* ${COUNT_SIGN_IN.from} LEFT JOIN LATERAL (
      SELECT t.id AS "plannedId", t.unique_id AS "earlierUniqueId", t.generation + 1 + floor(random() * 4096)::bigint AS generation,
        ${NOW_SECOND} AS "authTime", ${isCut('t')} AS "isCut"
      FROM refresh_tokens t WHERE t.subject = u.email AND t.client_id = coalesce(:clientId::text, u.email) AND t.issued
        AND t.generation < ${WORN} LIMIT 2
    ) planned ON true`,
});

/** A planned login: its user, the token and the sealed ticket, and where the request came from. Lifetimes are in seconds. */
export const LOGIN = {
  subject: 'text',
  passwordHash: 'text',
  clientId: 'text',
  amr: 'text[]',
  id: 'bigint',
  uniqueId: 'uuid',
  generation: 'bigint',
  authTime: 'timestamptz',
  salt: 'text',
  hash: 'text',
  ticket: 'text',
  life: 'float8',
  longestLife: 'float8',
  fromAddress: 'inet?',
  fromAgent: 'text?',
  fromRequest: 'text?',
  deviceName: 'text?',
  jkt: 'text?',
  ...SETTLEMENT,
} as const;

/** The columns that a login writes, and their values. */
const WRITTEN = {
  unique_id: ':uniqueId::uuid',
  generation: ':generation::bigint',
  first_generation: ':generation::bigint',
  auth_time: ':authTime::timestamptz',
  amr: ':amr::text[]',
  rotated_on: 'now()',
  expires_on: "date_trunc('second', now() + make_interval(secs => least(:life::float8, :longestLife::float8)))",
  protected_ticket: ':ticket::text',
  ticket_hash: ':hash::text',
  ticket_salt: ':salt::text',
  updated_on: NOW_SECOND,
  updated_by: ':subject::text',
  last_redeemed_on: 'now()',
  last_address: ':fromAddress::inet',
  last_user_agent: ':fromAgent::text',
  last_request_id: ':fromRequest::text',
  cutoffs_seen: CUTOFFS_SEEN,
  first_address: ':fromAddress::inet',
  device_name: ':deviceName::text',
  jkt: ':jkt::text',
  bound_from: 'CASE WHEN :jkt::text IS NOT NULL THEN :generation::bigint END',
};
export const COLUMNS = Object.keys(WRITTEN).join(', ');
export const VALUES = Object.values(WRITTEN).join(', ');

/** SQL: locks and selects the user of a login, if the user may still sign in with the password that was checked. */
export const ALLOWED = `SELECT email FROM users WHERE email = :subject
        AND ${passwordNameSql('password_hash')} = ${passwordNameSql(':passwordHash::text')}
        AND enabled AND NOT must_reset_password FOR SHARE`;

/** SQL: settles the guess of a login that has begun. */
export const SETTLED = settling('EXISTS (SELECT FROM begun)');

/** SQL: what a login returns, from `allowed` and `begun`. */
export const BEGUN = `EXISTS (SELECT FROM allowed) AS "isAllowed", EXISTS (SELECT FROM begun) AS "hasBegun",
      (SELECT cutoffs_seen FROM begun) AS "cutoffsSeen", now() AS now`;

/** What a login returns. */
export interface Begun {
  /** Whether the user may still sign in, with the password that was checked. */
  readonly isAllowed: boolean;
  /** Whether the session has begun. It has not when the row changed so much since the plan that another plan is needed. */
  readonly hasBegun: boolean;
  /** The number of the latest cutoff that the sign-in saw; null when it saw none. */
  readonly cutoffsSeen: number | null;
  /** The time by the database's clock. */
  readonly now: Date;
}

/**
 * Begins a planned login, writes its event and settles its guess. The user is locked until then: a transaction that disables the user or changes the password
 * waits for the login and then ends the new session. If that transaction came first, nothing is written. The password hash is the one that
 * was checked, even if it is now stored in another form. The row of the session may have been refreshed since the plan, but not beyond the
 * generation of the plan.
 */
export const BEGIN_LOGIN = statement({
  name: 'login-begin',
  // If it was done already, it finds the generation of the plan taken, and the login is planned again.
  isIdempotent: true,
  parameters: { ...LOGIN, earlierUniqueId: 'uuid?', ...ACT },
  returns: rowOf<Begun>(),
  text: `WITH allowed AS (
      ${ALLOWED}
    ), advanced AS (
      UPDATE refresh_tokens t SET (${COLUMNS}) = ROW (${VALUES}),
        rotations = '{}', repetitions = 0, confirmed_generation = NULL
      FROM allowed
      WHERE t.id = :id::bigint AND t.unique_id = :earlierUniqueId::uuid AND t.subject = allowed.email AND t.client_id = :clientId::text
        AND t.issued AND (t.generation < :generation::bigint OR t.unique_id <> :uniqueId::uuid) AND NOT ${isCut('t')}
      RETURNING ${recordFacts('t')}, t.cutoffs_seen
    ), created AS (
      INSERT INTO refresh_tokens AS t (id, subject, client_id, issued, ${COLUMNS})
      SELECT :id::bigint, email, :clientId::text, true, ${VALUES} FROM allowed WHERE :earlierUniqueId::uuid IS NULL
      ON CONFLICT DO NOTHING
      RETURNING ${recordFacts('t')}, t.cutoffs_seen
    ), begun AS (
      SELECT * FROM advanced UNION ALL SELECT * FROM created
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS}) SELECT ${parameterList(ACT, 'typed')}, ${FACTS_OF_EVENT} FROM begun
    ), ${SETTLED}
    SELECT ${BEGUN}`,
});
