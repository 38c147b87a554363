/** Without a failure for so long, a counter begins again. */
const MEMORY = '1 day';
/** An address from which the account signed in within this time is the user's own. */
const KNOWN_FOR = '90 days';

const IS_KNOWN = `coalesce(last_success > now() - interval '${KNOWN_FOR}', false)`;

/** SQL: the failures of a counter `t` with the guess that is counted now. */
const NEXT = `CASE WHEN t.last_failure > now() - interval '${MEMORY}' THEN least(t.failures + 1, 1000000) ELSE 1 END`;

/** SQL: counts a guess as a failure; beyond the free ones each failure blocks for twice as long as the previous one. */
const COUNT = `failures = ${NEXT}, last_failure = now(), blocked_until = coalesce(
    (SELECT now() + make_interval(secs => least(l.longest, l.seconds * power(2, least(${NEXT} - l.free - 1, 20))))
      FROM limits l WHERE l.key = t.key AND ${NEXT} > l.free), t.blocked_until)`;

/**
 * Checks all limits of a guess and counts it as a failure: $1 keys of its counters, $2 how many failures each has free, $3 the seconds of
 * its first block, $4 of its longest, $5 key of the guess's own counter, $6 of the one that spares guesses whose own counter had no failure.
 * `wait` is the seconds until no counter blocks; then nothing is counted. Each row is judged again when it is locked: `isKnown` is null when
 * the own counter blocks by now, and a shared counter that blocks by now is missing from `counted`.
 */
export const RESERVE = {
  name: 'guess-reserve',
  // A guess that is counted twice is counted too strictly.
  isRepeatable: true,
  text: `WITH limits AS (
      SELECT * FROM unnest($1::text[], $2::int[], $3::float8[], $4::float8[]) AS l (key, free, seconds, longest)),
    blocked AS (
      SELECT max(t.blocked_until) AS until FROM login_throttles t
      LEFT JOIN (SELECT ${IS_KNOWN} AS is_known, failures > 0 AND last_failure > now() - interval '${MEMORY}' AS failed
        FROM login_throttles WHERE key = $5) own ON true
      WHERE t.key = ANY ($1) AND t.blocked_until > now()
        AND (t.key = $5 OR own.is_known IS NOT TRUE AND (t.key <> $6 OR own.failed))),
    own AS (
      INSERT INTO login_throttles AS t (key, failures, blocked_until, last_failure)
      SELECT $5, 1, '-infinity', now() FROM blocked WHERE until IS NULL
      ON CONFLICT (key) DO UPDATE SET ${COUNT} WHERE t.blocked_until <= now()
      RETURNING failures, blocked_until, ${IS_KNOWN} AS is_known),
    shared AS (
      INSERT INTO login_throttles AS t (key, failures, blocked_until, last_failure)
      SELECT l.key, 1, '-infinity', now() FROM own, limits l WHERE NOT own.is_known AND l.key <> $5 ORDER BY l.key COLLATE "C"
      ON CONFLICT (key) DO UPDATE SET ${COUNT}
        WHERE t.blocked_until <= now() OR t.key = $6 AND (SELECT failures FROM own) = 1
      RETURNING key)
    SELECT ceil(extract(epoch FROM (SELECT until FROM blocked) - now()))::int AS wait,
      extract(epoch FROM now())::float8 AS at,
      (SELECT is_known FROM own) AS "isKnown",
      (SELECT extract(epoch FROM greatest(blocked_until, now()) - now())::float8 FROM own) AS "ownBlock",
      ARRAY(SELECT key FROM shared) AS counted`,
};

/**
 * Settles guesses that were no failures: $1 keys of own counters that begin again, since the guess was right; $2 keys of counters that get
 * one failure back, in the order in which to lock them; $3 when it was counted. A block that came with it goes, unless a later
 * failure set another.
 */
export const SETTLE = {
  name: 'guess-settle',
  text: `WITH right_guess AS (
      INSERT INTO login_throttles AS t (key, failures, blocked_until, last_success)
      SELECT key, 0, '-infinity', now() FROM unnest($1::text[]) AS key ORDER BY key COLLATE "C"
      ON CONFLICT (key) DO UPDATE SET failures = 0, blocked_until = '-infinity', last_success = now() RETURNING t.key)
    UPDATE login_throttles t SET failures = greatest(t.failures - 1, 0),
      blocked_until = CASE WHEN extract(epoch FROM t.last_failure)::float8 = $3 THEN '-infinity' ELSE t.blocked_until END
    FROM (SELECT key FROM login_throttles WHERE key = ANY ($2) AND (SELECT count(*) FROM right_guess) >= 0
      ORDER BY array_position($2::text[], key) FOR UPDATE) locked
    WHERE t.key = locked.key`,
};

/** Forgets counters that no longer matter: $1 how many at most. */
export const FORGET = {
  name: 'guess-forget',
  text: `DELETE FROM login_throttles WHERE key IN (SELECT key FROM login_throttles
    WHERE blocked_until < now() AND coalesce(last_failure < now() - interval '${MEMORY}', true)
      AND coalesce(last_success < now() - interval '${KNOWN_FOR}', true) LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING key`,
};
