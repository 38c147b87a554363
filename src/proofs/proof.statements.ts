import { batchRows, type Numbered } from '../database/batch-rows.js';
import { rowOf, statement } from '../database/statement.js';

/**
 * A proof: the digest of its key and `jti`, a random id of the request that carries it, and when the proof is good, in seconds since 1970.
 */
const PROOF = { digest: 'uuid', usedBy: 'uuid', goodFrom: 'float8', goodUntil: 'float8' } as const;

/** Whether a proof is good for its request, and the time by the database's clock. */
export interface UsedProof {
  /** Whether the proof is neither too old nor from the future. */
  readonly isTimely: boolean;
  /** Whether no other request used the proof before. */
  readonly isFirst: boolean;
  readonly now: Date;
}

/**
 * Uses a batch of proofs: stores each that is timely and that no request has used. Of concurrent requests with one proof, the first that
 * stores its id has used the proof. The rows are stored in one order, so concurrent batches never wait for each other in a circle. If the
 * statement runs again, it finds its own ids.
 */
export const USE_PROOFS = statement({
  name: 'proof-use',
  isIdempotent: true,
  batch: PROOF,
  returns: rowOf<Numbered<UsedProof>>(),
  text: `WITH given AS (
      SELECT ordinal, digest, used_by, to_timestamp(good_until) AS expires_on,
        now() BETWEEN to_timestamp(good_from) AND to_timestamp(good_until) AS is_timely
      FROM ${batchRows(PROOF)}
    ), used AS (
      INSERT INTO dpop_proofs (digest, used_by, expires_on)
      SELECT digest, used_by, expires_on FROM given WHERE is_timely ORDER BY digest, ordinal
      ON CONFLICT (digest) DO NOTHING RETURNING digest, used_by
    )
    SELECT given.ordinal::int, given.is_timely AS "isTimely", now() AS now,
      EXISTS (SELECT FROM used WHERE used.digest = given.digest AND used.used_by = given.used_by)
        OR EXISTS (SELECT FROM dpop_proofs p WHERE p.digest = given.digest AND p.used_by = given.used_by) AS "isFirst"
    FROM given`,
});

/** Deletes proofs that are too old to be accepted again. */
export const FORGET_PROOFS = statement({
  name: 'proof-forget',
  isIdempotent: true,
  parameters: { limit: 'bigint' },
  returns: rowOf<{ digest: string }>(),
  text: `DELETE FROM dpop_proofs WHERE digest IN (SELECT digest FROM dpop_proofs WHERE expires_on < now()
    ORDER BY expires_on LIMIT :limit FOR UPDATE SKIP LOCKED) RETURNING digest`,
});
