import type { ValuesOf } from '../database/named-parameters.js';
import { rowOf, statement } from '../database/statement.js';
import type { User } from './user.entity.js';

/** After this time without a failure, a counter begins again. */
const MEMORY = '1 day';
/** If the account signed in from an address within this time, the address counts as the user's own. */
const KNOWN_FOR = '90 days';

const IS_KNOWN = `coalesce(last_success > now() - interval '${KNOWN_FOR}', false)`;

/** SQL: the failures of a counter `t`, including the guess that is counted now. */
const NEXT = `CASE WHEN t.last_failure > now() - interval '${MEMORY}' THEN least(t.failures + 1, 1000000) ELSE 1 END`;

/** SQL: counts a guess as a failure. After the free failures, each failure blocks for twice as long as the previous failure. */
const COUNT = `failures = ${NEXT}, last_failure = now(), blocked_until = coalesce(
    (SELECT now() + make_interval(secs => least(l.longest, l.seconds * power(2, least(${NEXT} - l.free - 1, 20))))
      FROM limits l WHERE l.key = t.key AND ${NEXT} > l.free), t.blocked_until)`;

/** The result of counting a guess. */
export interface Reserved {
  readonly wait: number | null;
  readonly at: number;
  readonly isKnown: boolean | null;
  readonly ownBlock: number | null;
  readonly counted: string[];
}

/** What counting a guess takes. */
const GUESS = {
  keys: 'text[]',
  free: 'int[]',
  seconds: 'float8[]',
  longest: 'float8[]',
  ownKey: 'text',
  totalKey: 'text',
} as const;

/**
 * SQL: checks all limits of a guess and counts the guess as a failure. `keys` are its counters; each has the number of `free` failures, and the
 * seconds of its first and of its `longest` block. `ownKey` is the guess's own counter. `totalKey` is the counter that does not block
 * guesses whose own counter had no failure; it is empty when there is no such counter. If a counter blocks, `wait` is the seconds until
 * none blocks, and nothing is counted. Each row is checked again when it is locked: `isKnown` is null when the own counter blocks by then,
 * and a shared counter that blocks by then is missing from `counted`.
 */
const COUNT_GUESS = `WITH limits AS (
      SELECT * FROM unnest(:keys::text[], :free::int[], :seconds::float8[], :longest::float8[]) AS l (key, free, seconds, longest)),
    blocked AS (
      SELECT max(t.blocked_until) AS until FROM login_throttles t
      LEFT JOIN (SELECT ${IS_KNOWN} AS is_known, failures > 0 AND last_failure > now() - interval '${MEMORY}' AS failed
        FROM login_throttles WHERE key = :ownKey) own ON true
      WHERE t.key = ANY (:keys) AND t.blocked_until > now()
        AND (t.key = :ownKey OR own.is_known IS NOT TRUE AND (t.key <> :totalKey OR own.failed))),
    own AS (
      INSERT INTO login_throttles AS t (key, failures, blocked_until, last_failure)
      SELECT :ownKey, 1, '-infinity', now() FROM blocked WHERE until IS NULL
      ON CONFLICT (key) DO UPDATE SET ${COUNT} WHERE t.blocked_until <= now()
      RETURNING failures, blocked_until, ${IS_KNOWN} AS is_known),
    shared AS (
      INSERT INTO login_throttles AS t (key, failures, blocked_until, last_failure)
      SELECT l.key, 1, '-infinity', now() FROM own, limits l WHERE NOT own.is_known AND l.key <> :ownKey ORDER BY l.key COLLATE "C"
      ON CONFLICT (key) DO UPDATE SET ${COUNT}
        WHERE t.blocked_until <= now() OR t.key = :totalKey AND (SELECT failures FROM own) = 1
      RETURNING key)
    SELECT ceil(extract(epoch FROM (SELECT until FROM blocked) - now()))::int AS wait,
      extract(epoch FROM now())::float8 AS at,
      (SELECT is_known FROM own) AS "isKnown",
      (SELECT extract(epoch FROM greatest(blocked_until, now()) - now())::float8 FROM own) AS "ownBlock",
      ARRAY(SELECT key FROM shared) AS counted`;

/** Counts a guess. A guess that is counted twice makes the limit stricter, which does no harm. */
export const RESERVE = statement({
  name: 'guess-reserve',
  isIdempotent: true,
  parameters: GUESS,
  returns: rowOf<Reserved>(),
  text: COUNT_GUESS,
});

/** What counting a guess at a password takes. */
export const SIGN_IN_GUESS = { ...GUESS, email: 'text' } as const;
export type SignInGuess = ValuesOf<typeof SIGN_IN_GUESS>;

/** The result of counting a guess at a password. The members of the user are null when there is none. */
export type ReservedRow = Reserved & (User | { readonly email: null });

/**
 * SQL: counts a guess at a password as `RESERVE` does, and reads the user `u` with this e-mail. More columns and joins may follow. The commit
 * does not wait for the disk: otherwise a sign-in would wait twice. Other processes see the count immediately. Every answer to the guess follows
 * a further commit, of the session or of the event of the refusal, which writes this one to the disk too: so no answer is sent before its guess
 * is on the disk. It must not run in a larger transaction, whose commit would not wait either.
 */
export const COUNT_SIGN_IN = {
  columns: `${COUNT_GUESS}, u.*`,
  from: `FROM (SELECT set_config('synchronous_commit', 'off', true)) AS later LEFT JOIN (
      SELECT email, password_hash AS "passwordHash", enabled, is_administrator AS "isAdministrator", roles,
        must_reset_password AS "mustResetPassword", totp_secret AS "totpSecret", mac, created_on AS "createdOn"
      FROM users WHERE email = :email) u ON true`,
};

/** Counts a guess at a password, and reads the user. */
export const RESERVE_SIGN_IN = statement({
  name: 'guess-reserve-sign-in',
  isIdempotent: true,
  parameters: SIGN_IN_GUESS,
  returns: rowOf<ReservedRow>(),
  text: `${COUNT_SIGN_IN.columns} ${COUNT_SIGN_IN.from}`,
});

/** What settling guesses takes. */
export const SETTLEMENT = { right: 'text[]', returned: 'text[]', at: 'float8' } as const;
export type Settlement = ValuesOf<typeof SETTLEMENT>;

/**
 * SQL: settles guesses that were not failures, in a `WITH`, if the condition is met. The own counters of `right` guesses begin again. Each of the
 * `returned` counters loses one failure; they are locked in this order. `at` is when the failure was counted. If this failure caused a block,
 * the block ends, unless a later failure set another block.
 */
export function settling(condition: string): string {
  return `right_guess AS (
      INSERT INTO login_throttles AS t (key, failures, blocked_until, last_success)
      SELECT key, 0, '-infinity', now() FROM unnest(:right::text[]) AS key WHERE ${condition} ORDER BY key COLLATE "C"
      ON CONFLICT (key) DO UPDATE SET failures = 0, blocked_until = '-infinity', last_success = now() RETURNING t.key
    ), returned_guess AS (
      UPDATE login_throttles t SET failures = greatest(t.failures - 1, 0),
        blocked_until = CASE WHEN extract(epoch FROM t.last_failure)::float8 = :at THEN '-infinity' ELSE t.blocked_until END
      FROM (SELECT key FROM login_throttles WHERE key = ANY (:returned) AND ${condition} AND (SELECT count(*) FROM right_guess) >= 0
        ORDER BY array_position(:returned::text[], key) FOR UPDATE) locked
      WHERE t.key = locked.key
    )`;
}

/** Settles guesses. */
export const SETTLE = statement({
  name: 'guess-settle',
  parameters: SETTLEMENT,
  text: `WITH ${settling('true')} SELECT`,
});

/** A counter of guesses. */
export interface CounterRow {
  readonly key: string;
  readonly failures: number;
  readonly blockedUntil: Date | null;
  readonly lastFailure: Date | null;
  readonly lastSuccess: Date | null;
}

/** The counters with some keys. */
export const COUNTERS = statement({
  name: 'guess-counters',
  isIdempotent: true,
  parameters: { keys: 'text[]' },
  returns: rowOf<CounterRow>(),
  text: `SELECT key, failures, nullif(blocked_until, '-infinity') AS "blockedUntil", last_failure AS "lastFailure", last_success AS "lastSuccess"
    FROM login_throttles WHERE key = ANY (:keys)`,
});

/** Deletes the counters with some keys. */
export const FORGET_COUNTERS = statement({
  name: 'guess-forget-counters',
  parameters: { keys: 'text[]' },
  text: 'DELETE FROM login_throttles WHERE key = ANY (:keys) RETURNING key',
});

/** The addresses that the newest events about a user name. */
export const ADDRESSES_OF = statement({
  name: 'guess-addresses',
  isIdempotent: true,
  parameters: { email: 'text', limit: 'bigint' },
  returns: rowOf<{ address: string }>(),
  text: `SELECT DISTINCT address FROM (
      SELECT address FROM audit_trail_entries WHERE subject = :email ORDER BY id DESC LIMIT :limit) recent
    WHERE address IS NOT NULL`,
});

/** Deletes counters that have no effect any more. */
export const FORGET = statement({
  name: 'guess-forget',
  parameters: { limit: 'bigint' },
  text: `DELETE FROM login_throttles WHERE key IN (SELECT key FROM login_throttles
    WHERE blocked_until < now() AND coalesce(last_failure < now() - interval '${MEMORY}', true)
      AND coalesce(last_success < now() - interval '${KNOWN_FOR}', true) LIMIT :limit FOR UPDATE SKIP LOCKED) RETURNING key`,
});
