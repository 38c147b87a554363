/** SQL: whether a cutoff is about the session of a row. Times are whole seconds, and a sign-in in the same second as a fraction of it counts as earlier. */
function isAbout(cutoff: string, session: string): string {
  return `${cutoff}.id + 0 > coalesce(${session}.cutoffs_seen, 0)
    AND coalesce(${cutoff}.subject, ${session}.subject) = ${session}.subject
    AND coalesce(${cutoff}.client_id, ${session}.client_id) = ${session}.client_id
    AND coalesce(${session}.auth_time < ${cutoff}.issued_before, true)`;
}

/**
 * SQL: whether a cutoff ended the session of this row: one that its sign-in did not see. Cutoffs get their numbers in the order of their commits, so
 * this does not depend on clocks. The table is nearly always empty: then PostgreSQL finds that once for each statement. `id + 0` keeps the index of
 * the table out of the statement, which would have to lock and open it.
 */
export function isCut(alias: string): string {
  return `(EXISTS (SELECT FROM session_cutoffs) AND EXISTS (SELECT FROM session_cutoffs c WHERE ${isAbout('c', alias)}))`;
}

/** SQL: the first cutoff that ended the session of this row. */
export function cutoffOf(alias: string): string {
  return `(SELECT * FROM session_cutoffs c WHERE ${isAbout('c', alias)} ORDER BY c.id LIMIT 1)`;
}

/** SQL: the latest cutoff that the statement sees; null if it sees none. */
export const CUTOFFS_SEEN = '(SELECT max(id + 0) FROM session_cutoffs)';
