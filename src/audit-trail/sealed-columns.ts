/**
 * The columns of an event that a seal covers, by the version of the seal, each with the SQL that has its value. A column that is added to
 * the table needs a new version, with a new list: seals of earlier versions stay good. A released list is never changed.
 */
export const SEALED_COLUMNS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  1: {
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
  },
};

/** The version of new seals. */
export const SEAL_VERSION = 1;

/**
 * SQL, an aggregate: the digest of events `e`, in hexadecimal, under a version. It is SHA-256 of the SHA-256 of each event in the order
 * of ids; an event is a JSON array, whose text has one form in `jsonb` whatever the session's settings. So a million events are
 * digested where they are.
 */
export function digestSql(version: string): string {
  const arrays = Object.entries(SEALED_COLUMNS).map(
    ([number, columns]) => `WHEN ${number} THEN jsonb_build_array(${Object.values(columns).join(', ')})`,
  );
  const event = `(CASE ${version} ${arrays.join(' ')} END)::text`;
  return `encode(sha256(coalesce(string_agg(sha256(convert_to(${event}, 'UTF8')), '' ORDER BY e.id), '')), 'hex')`;
}
