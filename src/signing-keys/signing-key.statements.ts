import { statement } from '../database/statement.js';

const ROTATE_AFTER = '90 days';
/** Longer than any access token is valid (ACCESS_TOKEN_TTL). So after this time, all tokens that an earlier key signed have expired. */
const KEPT_FOR = '8 days';

/** Locks the maintenance of keys until the transaction ends, so that only one process at a time does it. */
export const LOCK_KEYS = statement({
  name: 'signing-key-lock',
  isPrepared: false,
  parameters: { lock: 'bigint' },
  text: 'SELECT pg_advisory_xact_lock(:lock)',
});

/** Whether there is a key, and whether the next one is due. */
export const NEXT_DUE = statement({
  name: 'signing-key-due',
  isPrepared: false,
  text: `SELECT count(*) > 0 AS "hasKeys", coalesce(max(created_on) < now() - interval '${ROTATE_AFTER}', true) AS "isDue"
    FROM signing_keys`,
});

/** Deletes the keys whose tokens have all expired. */
export const DELETE_OLD = statement({
  name: 'signing-key-delete-old',
  isPrepared: false,
  text: `DELETE FROM signing_keys k WHERE EXISTS (SELECT FROM signing_keys newer
    WHERE newer.signs_from > k.signs_from AND newer.signs_from < now() - interval '${KEPT_FOR}')`,
});

/** Deletes every key. */
export const DELETE_KEYS = statement({
  name: 'signing-key-delete-all',
  isPrepared: false,
  text: 'DELETE FROM signing_keys',
});

/** The keys, the oldest first, and when each key begins to sign. */
export const LIST_KEYS = statement({
  name: 'signing-key-list',
  isPrepared: false,
  text: `SELECT kid, sealed_key AS "sealedKey", signs_from <= now() AS "hasBegun", signs_from AS "signsFrom",
      created_on AS "createdOn"
    FROM signing_keys ORDER BY signs_from, kid`,
});
