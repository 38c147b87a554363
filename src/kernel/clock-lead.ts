/**
 * How far the clock is ahead of the real time, in milliseconds. It is 0 in a running service: only the clock of `testing/` moves it, and lint
 * checks that no other file but `steady-now.ts` imports it.
 */
export const clockLead = { ms: 0 };
