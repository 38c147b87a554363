import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The names of all prepared statements, from the code. */
export function namesInCode(): string[] {
  const source = join(import.meta.dirname, '../../src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const text = files.map((file) => readFileSync(join(source, file), 'utf8')).join('\n');
  const named = /(?:audited\(\s*|name: )'([a-z]+(?:-[a-z]+)+)',\n\s+(?:isRepeatable: true,\n\s+)?(?:`|'|text: )/g;
  return [...text.matchAll(named)].map(([, name = '']) => name);
}

/**
 * Of the catalogue, for metrics; by primary key, after a change of the secret, with a second factor, at the first sign-in after an upgrade,
 * where a setting says so, or when a range of events expires only; those of the embedded database's own job; and those of a verification,
 * an export or an end of all sessions, which read all there is.
 */
export const NOT_SENT = [
  'audit-export-page-end',
  'audit-export-page',
  'audit-seal-from',
  'audit-seal-renew',
  'audit-seal-measured-from',
  'audit-seal-delete-range',
  'audit-seal-prune',
  'audit-unsealed-age',
  'audit-outside-seals',
  'maintenance-most-due',
  'maintenance-wal-since-checkpoint',
  'embedded-flush-counters',
  'session-estimate',
  'session-end-elsewhere',
  'session-ticket',
  'session-reseal-ticket',
  'session-revived',
  'session-count',
  'session-end-next',
  'totp-spend-step',
  'user-replace',
];
/** A query of the locks, sent only when another process writes at that moment. */
export const MAY_BE_SENT = 'audit-still-writing';
