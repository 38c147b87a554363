import { rowOf, statement } from '../../database/statement.js';

/** How far the clock of a client may differ from the database's, in seconds. */
export const SKEW_SECONDS = 60;
/** How long an assertion may be valid, in seconds. */
export const LONGEST_SECONDS = 3600;

/**
 * Spends an assertion whose signature was verified, unless it was spent before or its times are wrong by the database's clock. `expires` and
 * `begins` are when it is valid, in seconds since 1970. It is remembered until it has expired by any clock that may differ.
 */
export const SPEND_ASSERTION = statement({
  name: 'client-assertion-spend',
  parameters: { digest: 'text', expires: 'float8', begins: 'float8' },
  returns: rowOf<{ now: number; isSpent: boolean }>(),
  text: `WITH clock AS (SELECT extract(epoch FROM now())::float8 AS now),
    spent AS (
      INSERT INTO client_assertions (digest, expires_on)
      SELECT :digest, to_timestamp(:expires::float8 + ${SKEW_SECONDS}) FROM clock
      WHERE :expires::float8 > now - ${SKEW_SECONDS} AND :expires::float8 <= now + ${LONGEST_SECONDS + SKEW_SECONDS}
        AND :begins::float8 <= now + ${SKEW_SECONDS}
      ON CONFLICT (digest) DO NOTHING RETURNING digest)
    SELECT now, EXISTS (SELECT FROM spent) AS "isSpent" FROM clock`,
});

/** Forgets assertions that have expired. */
export const FORGET_ASSERTIONS = statement({
  name: 'client-assertion-forget',
  parameters: { limit: 'bigint' },
  returns: rowOf<{ digest: string }>(),
  text: `DELETE FROM client_assertions WHERE digest IN (
    SELECT digest FROM client_assertions WHERE expires_on < now() ORDER BY expires_on LIMIT :limit) RETURNING digest`,
});
