import { arraysOf } from '../database/batch-rows.js';
import { columnList, parameterList } from '../database/named-parameters.js';
import { rowOf, statement } from '../database/statement.js';
import { digestSql } from './sealed-columns.js';
import type { ExpiredSeal, Latest, MeasuredSeal, Range, Seal } from './seal.js';

/** SQL: the columns of a `Seal`, of the table `s`. */
const SEAL_COLUMNS = `s.id, s.version, s.from_id AS "fromId", s.to_id AS "toId", s.count,
  extract(epoch FROM s.newest_on)::float8 AS "newestOn", s.digest, s.previous, s.link, s.mac,
  extract(epoch FROM s.created_on)::float8 AS "createdOn", extract(epoch FROM s.pruned_on)::float8 AS "prunedOn",
  s.pruned_mac AS "prunedMac", s.erasures, s.erased_mac AS "erasedMac"`;

/** Reads the newest seal, and the link of the seal `earlier` as `known`. Returns no row when there is no seal. */
export const LATEST = statement({
  name: 'audit-seal-latest',
  parameters: { earlier: 'bigint' },
  returns: rowOf<Latest>(),
  text: `SELECT ${SEAL_COLUMNS}, (SELECT link FROM audit_seals WHERE id = :earlier) AS known
    FROM audit_seals s ORDER BY s.id DESC LIMIT 1`,
});

/** Digests the events of a range of ids for a seal, under a version of the digest. */
export const MEASURE = statement({
  name: 'audit-seal-measure',
  parameters: { fromId: 'bigint', upTo: 'bigint', limit: 'bigint', version: 'int' },
  returns: rowOf<Range>(),
  text: `SELECT count(*)::int AS count, max(e.id) AS "toId", ${digestSql(':version::int')} AS digest,
      extract(epoch FROM date_trunc('second', max(e.created_on)))::float8 AS "newestOn",
      extract(epoch FROM date_trunc('second', now()))::float8 AS "createdOn"
    FROM (SELECT * FROM audit_trail_entries WHERE id >= :fromId AND id <= :upTo ORDER BY id LIMIT :limit) e`,
});

/** Adds a seal unless one has its number; returns whether it did. */
export const INSERT = statement({
  name: 'audit-seal-insert',
  parameters: {
    id: 'bigint',
    version: 'int',
    fromId: 'bigint',
    toId: 'bigint',
    count: 'int',
    newestOn: 'float8',
    digest: 'text',
    previous: 'text',
    createdOn: 'float8',
    link: 'text',
    mac: 'text',
  },
  text: `INSERT INTO audit_seals (id, version, from_id, to_id, count, newest_on, digest, previous, created_on, link, mac)
    VALUES (:id, :version, :fromId, :toId, :count, to_timestamp(:newestOn), :digest, :previous, to_timestamp(:createdOn),
      :link, :mac)
    ON CONFLICT (id) DO NOTHING RETURNING id`,
});

/** The parameters for the seals after a seal. */
const FOLLOWING = { after: 'bigint', limit: 'bigint' } as const;

/** The seals after the seal `after`. */
export const SEALS_FROM = statement({
  name: 'audit-seal-from',
  parameters: FOLLOWING,
  returns: rowOf<Seal>(),
  text: `SELECT ${SEAL_COLUMNS} FROM audit_seals s WHERE s.id > :after ORDER BY s.id LIMIT :limit`,
});

/** A seal whose MACs were `earlierMac` and `earlierErasedMac`, and its new MACs. */
const RENEWED = {
  id: 'bigint',
  earlierMac: 'text',
  earlierErasedMac: 'text?',
  mac: 'text',
  prunedMac: 'text?',
  erasedMac: 'text?',
} as const;

/** Replaces the MACs of seals. */
export const RENEW = statement({
  name: 'audit-seal-renew',
  batch: RENEWED,
  text: `UPDATE audit_seals s SET mac = n.mac, pruned_mac = n.pruned_mac, erased_mac = n.erased_mac
    FROM unnest(${parameterList(arraysOf(RENEWED), 'typed')}) AS n (${columnList(RENEWED)})
    WHERE s.id = n.id AND s.mac = n.earlier_mac AND s.erased_mac IS NOT DISTINCT FROM n.earlier_erased_mac`,
});

/** The present events of a seal's range. `MEASURED_FROM` adds them to each seal. */
const MEASURED = `CROSS JOIN LATERAL (SELECT count(*)::int AS "foundCount", ${digestSql('s.version')} AS "foundDigest"
    FROM audit_trail_entries e WHERE e.id BETWEEN s.from_id AND s.to_id) found`;

/** The seals after the seal `after`, each with the number and digest of the events that are now in its range. */
export const MEASURED_FROM = statement({
  name: 'audit-seal-measured-from',
  parameters: FOLLOWING,
  returns: rowOf<MeasuredSeal>(),
  text: `SELECT ${SEAL_COLUMNS}, found.* FROM (SELECT * FROM audit_seals WHERE id > :after ORDER BY id LIMIT :limit) s ${MEASURED}
    ORDER BY s.id`,
});

/** Locks the oldest seal whose events exist, if all are older than `seconds`. Returns no row if another process has locked the seal. */
export const EXPIRED = statement({
  name: 'audit-seal-expired',
  parameters: { seconds: 'float8' },
  returns: rowOf<ExpiredSeal>(),
  text: `SELECT ${SEAL_COLUMNS}, found.*, extract(epoch FROM date_trunc('second', now()))::float8 AS now
    FROM (SELECT * FROM audit_seals WHERE id = (SELECT min(id) FROM audit_seals WHERE pruned_on IS NULL)
        AND newest_on < now() - make_interval(secs => :seconds::float8) FOR UPDATE SKIP LOCKED) s ${MEASURED}`,
});

/** Deletes the events of a range of ids. */
export const DELETE_RANGE = statement({
  name: 'audit-seal-delete-range',
  parameters: { fromId: 'bigint', toId: 'bigint' },
  returns: rowOf<{ count: number }>(),
  text: `WITH deleted AS (DELETE FROM audit_trail_entries WHERE id BETWEEN :fromId AND :toId RETURNING id)
    SELECT count(*)::int AS count FROM deleted`,
});

/** Records on a seal when its events were deleted, with a MAC, and deletes the seals before it, which are no longer needed. */
export const PRUNE = statement({
  name: 'audit-seal-prune',
  parameters: { id: 'bigint', prunedOn: 'float8', prunedMac: 'text' },
  text: `WITH earlier AS (DELETE FROM audit_seals WHERE id < :id)
    UPDATE audit_seals SET pruned_on = to_timestamp(:prunedOn), pruned_mac = :prunedMac WHERE id = :id`,
});

/** How old the oldest event without a seal is, in seconds; no row when there is none. */
export const UNSEALED_AGE = statement({
  name: 'audit-unsealed-age',
  returns: rowOf<{ value: number }>(),
  text: `SELECT extract(epoch FROM now() - created_on)::float8 AS value FROM audit_trail_entries
    WHERE id > (SELECT coalesce(max(to_id), 0) FROM audit_seals) ORDER BY id LIMIT 1`,
});

/** Counts the events outside of the chain: before its beginning, after its end, and after the last id that the sequence assigned. */
export const OUTSIDE = statement({
  name: 'audit-outside-seals',
  returns: rowOf<{ before: number; ahead: number; unsealed: number }>(),
  text: `SELECT
      (SELECT count(*)::int FROM audit_trail_entries WHERE id <
        coalesce((SELECT max(to_id) + 1 FROM audit_seals WHERE pruned_on IS NOT NULL), 1)) AS before,
      (SELECT count(*)::int FROM audit_trail_entries WHERE id > (SELECT coalesce(max(to_id), 0) FROM audit_seals)) AS unsealed,
      (SELECT count(*)::int FROM audit_trail_entries WHERE id >
        coalesce(pg_sequence_last_value(pg_get_serial_sequence('audit_trail_entries', 'id')::regclass), 0)) AS ahead`,
});

/** Lets one transaction at a time seal events, or change events that have no seal. It lasts until the transaction ends. */
export const LOCK_UNSEALED = statement({
  name: 'audit-seal-lock',
  isPrepared: false,
  parameters: { lock: 'bigint' },
  text: 'SELECT pg_advisory_xact_lock(:lock)',
});

/** The number of the newest seal, or null. */
export const NEWEST = statement({
  name: 'audit-seal-newest',
  returns: rowOf<{ id: number | null }>(),
  text: 'SELECT max(id) AS id FROM audit_seals',
});
