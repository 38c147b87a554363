import type { Statement } from '../database/statements.service.js';
import { digestSql } from './sealed-columns.js';
import { SEAL_COLUMNS } from './seal-chain.service.js';

/** The newest seal, and the link of seal $1 as `known`. No row when there is no seal. */
export const LATEST: Statement = {
  name: 'audit-seal-latest',
  text: `SELECT ${SEAL_COLUMNS}, (SELECT link FROM audit_seals WHERE id = $1) AS known
    FROM audit_seals s ORDER BY s.id DESC LIMIT 1`,
};

/** Measures and digests events for a seal: $1 first id, $2 last id, $3 maximum number of events, $4 version of the digest. */
export const MEASURE: Statement = {
  name: 'audit-seal-measure',
  text: `SELECT count(*)::int AS count, max(e.id) AS "toId", ${digestSql('$4::int')} AS digest,
      extract(epoch FROM date_trunc('second', max(e.created_on)))::float8 AS "newestOn",
      extract(epoch FROM date_trunc('second', now()))::float8 AS "createdOn"
    FROM (SELECT * FROM audit_trail_entries WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3) e`,
};

/** Adds a seal unless a seal with its number exists. Returns a row only if the seal was added. */
export const INSERT: Statement = {
  name: 'audit-seal-insert',
  text: `INSERT INTO audit_seals (id, version, from_id, to_id, count, newest_on, digest, previous, created_on, link, mac)
    VALUES ($1, $2, $3, $4, $5, to_timestamp($6), $7, $8, to_timestamp($9), $10, $11)
    ON CONFLICT (id) DO NOTHING RETURNING id`,
};

/** Seals after $1, at most $2. */
export const SEALS_FROM: Statement = {
  name: 'audit-seal-from',
  text: `SELECT ${SEAL_COLUMNS} FROM audit_seals s WHERE s.id > $1 ORDER BY s.id LIMIT $2`,
};

/** Replaces the MACs of seals: $1 ids, $2 old MACs, $3 new MACs, $4 new MACs of their pruning. */
export const RENEW: Statement = {
  name: 'audit-seal-renew',
  text: `UPDATE audit_seals s SET mac = n.mac, pruned_mac = n.pruned_mac
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS n (id, earlier_mac, mac, pruned_mac)
    WHERE s.id = n.id AND s.mac = n.earlier_mac`,
};

/** The present events of a seal's range. `MEASURED_FROM` adds them to each seal. */
const MEASURED = `CROSS JOIN LATERAL (SELECT count(*)::int AS "foundCount", ${digestSql('s.version')} AS "foundDigest"
    FROM audit_trail_entries e WHERE e.id BETWEEN s.from_id AND s.to_id) found`;

/** Seals after $1, at most $2, each with the number and digest of the events that its range has now. */
export const MEASURED_FROM: Statement = {
  name: 'audit-seal-measured-from',
  text: `SELECT ${SEAL_COLUMNS}, found.* FROM (SELECT * FROM audit_seals WHERE id > $1 ORDER BY id LIMIT $2) s ${MEASURED}
    ORDER BY s.id`,
};

/** Locks the oldest unpruned seal if its events are older than $1 seconds. No row if another process has locked the seal. */
export const EXPIRED: Statement = {
  name: 'audit-seal-expired',
  text: `SELECT ${SEAL_COLUMNS}, found.*, extract(epoch FROM date_trunc('second', now()))::float8 AS now
    FROM (SELECT * FROM audit_seals WHERE id = (SELECT min(id) FROM audit_seals WHERE pruned_on IS NULL)
        AND newest_on < now() - make_interval(secs => $1::float8) FOR UPDATE SKIP LOCKED) s ${MEASURED}`,
};

/** Deletes the events of a range: $1 first id, $2 last id. */
export const DELETE_RANGE: Statement = {
  name: 'audit-seal-delete-range',
  text: `WITH deleted AS (DELETE FROM audit_trail_entries WHERE id BETWEEN $1 AND $2 RETURNING id)
    SELECT count(*)::int AS count FROM deleted`,
};

/** Notes on seal $1 that its events were deleted at $2, with the MAC $3. Deletes all earlier seals, which are no longer needed. */
export const PRUNE: Statement = {
  name: 'audit-seal-prune',
  text: `WITH earlier AS (DELETE FROM audit_seals WHERE id < $1)
    UPDATE audit_seals SET pruned_on = to_timestamp($2), pruned_mac = $3 WHERE id = $1`,
};

/** The age of the oldest event without a seal, in seconds. No row when all events are sealed. */
export const UNSEALED_AGE: Statement = {
  name: 'audit-unsealed-age',
  text: `SELECT extract(epoch FROM now() - created_on)::float8 AS value FROM audit_trail_entries
    WHERE id > (SELECT coalesce(max(to_id), 0) FROM audit_seals) ORDER BY id LIMIT 1`,
};

/** Counts the events outside of the chain: before its beginning, after its end, and after the last assigned id. */
export const OUTSIDE: Statement = {
  name: 'audit-outside-seals',
  text: `SELECT
      (SELECT count(*)::int FROM audit_trail_entries WHERE id <
        coalesce((SELECT max(to_id) + 1 FROM audit_seals WHERE pruned_on IS NOT NULL), 1)) AS before,
      (SELECT count(*)::int FROM audit_trail_entries WHERE id > (SELECT coalesce(max(to_id), 0) FROM audit_seals)) AS unsealed,
      (SELECT count(*)::int FROM audit_trail_entries WHERE id >
        coalesce(pg_sequence_last_value(pg_get_serial_sequence('audit_trail_entries', 'id')::regclass), 0)) AS ahead`,
};
