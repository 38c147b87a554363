/** The columns of version 1. */
const FIRST = {
  id: 'e.id',
  created_on: 'extract(epoch FROM e.created_on)',
  kind: 'e.kind',
  actor: 'e.actor',
  reason: 'e.reason',
  subject: 'e.subject',
  client_id: 'e.client_id',
  session_id: 'e.session_id',
  record_ids: 'e.record_ids',
  address: 'e.address',
  user_agent: 'e.user_agent',
  request_id: 'e.request_id',
  last_address: 'e.last_address',
  last_user_agent: 'e.last_user_agent',
  last_request_id: 'e.last_request_id',
  last_redeemed_on: 'extract(epoch FROM e.last_redeemed_on)',
} as const;

/**
 * The columns of an event that a seal covers, by version of the seal, each with the SQL of its value. A new column of the table needs a new
 * version with a new list, so that seals of earlier versions stay valid. A released list is never changed.
 */
export const SEALED_COLUMNS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  1: FIRST,
  2: { ...FIRST, resource: 'e.resource', changes: 'e.changes' },
};

/** The version of new seals. */
export const SEAL_VERSION = 2;

/**
 * SQL of an aggregate: the digest of events `e`, in hexadecimal, for a version. The digest is SHA-256 of the concatenated SHA-256 values of
 * the events, in the order of ids. Each event is hashed as a `jsonb` array, whose text does not depend on settings of the session.
 * PostgreSQL computes the digest, so a million events need not be sent to the service.
 */
export function digestSql(version: string): string {
  const arrays = Object.entries(SEALED_COLUMNS).map(
    ([number, columns]) => `WHEN ${number} THEN jsonb_build_array(${Object.values(columns).join(', ')})`,
  );
  const event = `(CASE ${version} ${arrays.join(' ')} END)::text`;
  return `encode(sha256(coalesce(string_agg(sha256(convert_to(${event}, 'UTF8')), '' ORDER BY e.id), '')), 'hex')`;
}
