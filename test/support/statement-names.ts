export { namesInCode } from './statement-record.mjs';

/**
 * Of the catalogue, for metrics; by primary key, after a change of the secret, with a second factor, at the first sign-in after an upgrade,
 * where a setting says so, or when a range of events expires or has an erased person only; those of the embedded database's own job; those of a
 * verification, an export or an end of all sessions, which read all there is; of a client that another program wrote; and those of pages of clients that are too large for one answer.
 */
export const NOT_SENT = [
  'audit-erase-lock',
  'audit-erase-note',
  'audit-erase-range',
  'audit-erasers',
  'audit-export-page',
  'audit-export-page-end',
  'audit-outside-seals',
  'audit-seal-delete-range',
  'audit-seal-from',
  'audit-seal-measured-from',
  'audit-seal-newest',
  'audit-seal-prune',
  'audit-seal-renew',
  'clients-read-slice',
  'clients-shown',
  'embedded-flush-counters',
  'erasure-forget',
  'maintenance-most-due',
  'maintenance-wal-since-checkpoint',
  'recovery-codes-all',
  'recovery-codes-replace',
  'session-count',
  'session-end-elsewhere',
  'session-end-next',
  'session-estimate',
  'session-reseal-ticket',
  'session-revived',
  'session-ticket',
  'totp-clock',
  'totp-spend-step',
  'user-replace',
];
/** Counts all sessions, for an end of everybody's sessions. The act itself stops after the first rows, and a dry run counts exactly. */
export const READS_ALL = 'session-count-first';
/**
 * A query of the locks, sent only when another process writes at that moment; what a sweep sends after the last of all sessions; and an end of
 * sessions, sent only when a sign-in comes before the job that ends them too.
 */
export const MAY_BE_SENT = new Set([
  // By jobs that run when the job that seals the million events has ended.
  'audit-seal-expired',
  'erasure-due',
  'audit-still-writing',
  'session-forget-cutoffs',
  'session-end-others',
]);
