import { rowOf, statement } from '../database/statement.js';

/** The reasons of these kinds are counted one by one. The reason of another kind may be any text. */
const KINDS_WITH_REASONS = `('login-failed', 'refresh-refused', 'session-ended')`;

/** SQL: the hour of an event. Hours begin by UTC. */
const HOUR = `date_trunc('hour', created_on, 'UTC')`;

/** SQL: the reason under which an event is counted; empty without a reason. A reason that is not a plain word is counted as `other`. */
const REASON = `CASE WHEN kind NOT IN ${KINDS_WITH_REASONS} OR reason IS NULL THEN ''
      WHEN reason ~ '^[a-z]{1,32}(-[a-z]{1,32}){0,3}$' THEN reason ELSE 'other' END`;

/** SQL: adds counts to those of their hour. */
const ADD = 'ON CONFLICT (hour, kind, reason) DO UPDATE SET count = c.count + excluded.count';

/** Locks the progress until the transaction ends, so that one process at a time counts. Returns the id of the last event that was counted. */
export const LOCK_PROGRESS = statement({
  name: 'statistics-lock-progress',
  returns: rowOf<{ after: number }>(),
  text: 'SELECT counted_up_to AS after FROM event_counts_progress FOR UPDATE',
});

/**
 * Counts the next events after an id, and notes how far it came. Only sealed events are counted: no event with a lower id can appear any more.
 */
export const COUNT_NEXT = statement({
  name: 'statistics-count-next',
  parameters: { after: 'bigint', limit: 'int' },
  returns: rowOf<{ count: number }>(),
  text: `WITH next AS MATERIALIZED (
      SELECT id, ${HOUR} AS hour, kind, ${REASON} AS reason FROM audit_trail_entries
      WHERE id > :after::bigint AND id <= (SELECT coalesce(max(to_id), 0) FROM audit_seals) ORDER BY id LIMIT :limit::int
    ), counted AS (
      INSERT INTO event_counts AS c (hour, kind, reason, count)
      SELECT hour, kind, reason, count(*) FROM next GROUP BY hour, kind, reason ORDER BY hour, kind, reason ${ADD}
    ), moved AS (
      UPDATE event_counts_progress SET counted_up_to = (SELECT max(id) FROM next) WHERE EXISTS (SELECT FROM next)
    )
    SELECT count(*)::int AS count FROM next`,
});

/** Adds events that the trail does not have to the count of the present hour. */
export const ADD_COUNT = statement({
  name: 'statistics-add-count',
  parameters: { kind: 'text', count: 'bigint' },
  text: `INSERT INTO event_counts AS c (hour, kind, reason, count) VALUES (date_trunc('hour', now(), 'UTC'), :kind, '', :count) ${ADD}`,
});

/** Notes the number of live sessions. The last number of an hour stays. */
export const NOTE_SESSIONS = statement({
  name: 'statistics-note-sessions',
  isIdempotent: true,
  parameters: { sessions: 'bigint' },
  text: `INSERT INTO session_counts (hour, sessions) VALUES (date_trunc('hour', now(), 'UTC'), :sessions)
    ON CONFLICT (hour) DO UPDATE SET sessions = excluded.sessions`,
});

/** Deletes the counts of hours that ended longer ago than this. */
export const FORGET_COUNTS = statement({
  name: 'statistics-forget',
  isIdempotent: true,
  parameters: { seconds: 'float8' },
  text: `WITH sessions AS (DELETE FROM session_counts WHERE hour < now() - make_interval(secs => :seconds::float8 + 3600))
    DELETE FROM event_counts WHERE hour < now() - make_interval(secs => :seconds::float8 + 3600)`,
});

/**
 * The intervals of a period, the newest last, each with the last number of live sessions in it. The period ends now at the latest, and begins
 * a day or thirty days before its end if it has no beginning.
 */
export const INTERVALS = statement({
  name: 'statistics-intervals',
  isIdempotent: true,
  parameters: { from: 'timestamptz?', to: 'timestamptz?', by: 'text', limit: 'int' },
  returns: rowOf<{ begin: Date; end: Date; sessions: number | null }>(),
  text: `WITH period AS (
      SELECT make_interval(hours => CASE :by::text WHEN 'day' THEN 24 ELSE 1 END) AS step,
        make_interval(hours => CASE :by::text WHEN 'day' THEN 29 * 24 ELSE 23 END) AS usual,
        least(coalesce(:to::timestamptz, now()), now()) AS last
    ), begin AS (
      SELECT generate_series(date_trunc(:by::text, coalesce(:from::timestamptz, last - usual), 'UTC'), last, step) AS begin FROM period
      LIMIT :limit::int
    )
    SELECT begin, begin + step AS end, (SELECT sessions FROM session_counts
      WHERE hour >= begin AND hour < begin + step ORDER BY hour DESC LIMIT 1) AS sessions
    FROM begin, period ORDER BY begin`,
});

/**
 * The counts of a period, by interval, kind and reason. Events that the job has not counted yet are counted here, up to `tail` of them; `isBehind`
 * says that there are more.
 */
export const COUNTS = statement({
  name: 'statistics-counts',
  isIdempotent: true,
  parameters: { from: 'timestamptz', to: 'timestamptz', by: 'text', tail: 'int' },
  returns: rowOf<{ begin: Date; kind: string; reason: string; count: number; isBehind: boolean }>(),
  text: `WITH tail AS MATERIALIZED (
      SELECT ${HOUR} AS hour, kind, ${REASON} AS reason FROM (
        SELECT * FROM audit_trail_entries WHERE id > (SELECT counted_up_to FROM event_counts_progress) ORDER BY id LIMIT :tail::int
      ) event
    )
    SELECT date_trunc(:by::text, hour, 'UTC') AS begin, kind, reason, sum(count)::bigint AS count,
      (SELECT count(*) FROM tail) >= :tail::int AS "isBehind"
    FROM (SELECT hour, kind, reason, count FROM event_counts UNION ALL SELECT hour, kind, reason, 1 FROM tail) counted
    WHERE hour >= :from::timestamptz AND hour < :to::timestamptz
    GROUP BY 1, 2, 3 ORDER BY 2, 3, 1`,
});
