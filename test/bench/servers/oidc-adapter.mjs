// The storage of oidc-provider: a table of payloads, as in the adapters of its community, with an index for each kind of query.
// Statements are prepared once on each connection.

export const OIDC_SCHEMA = `
  CREATE TABLE users (email text PRIMARY KEY, enabled boolean NOT NULL);
  CREATE TABLE oidc_payloads (
    type        text NOT NULL,
    id          text NOT NULL,
    payload     jsonb NOT NULL,
    grant_id    text,
    user_code   text,
    uid         text,
    expires_at  timestamptz,
    consumed_at timestamptz,
    PRIMARY KEY (type, id)
  ) WITH (fillfactor = 90);
  CREATE INDEX oidc_payloads_grant_id ON oidc_payloads (grant_id) WHERE grant_id IS NOT NULL;
  CREATE UNIQUE INDEX oidc_payloads_user_code ON oidc_payloads (type, user_code) WHERE user_code IS NOT NULL;
  CREATE UNIQUE INDEX oidc_payloads_uid ON oidc_payloads (type, uid) WHERE uid IS NOT NULL;
  CREATE INDEX oidc_payloads_expires_at ON oidc_payloads (expires_at)`;

const FOUND = 'payload, expires_at, consumed_at FROM oidc_payloads';
const UPSERT = {
  name: 'upsert',
  text: `INSERT INTO oidc_payloads (type, id, payload, grant_id, user_code, uid, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
    ON CONFLICT (type, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
      user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`,
};
const FIND = { name: 'find', text: `SELECT ${FOUND} WHERE type = $1 AND id = $2` };
const FIND_BY_USER_CODE = { name: 'find-by-user-code', text: `SELECT ${FOUND} WHERE type = $1 AND user_code = $2` };
const FIND_BY_UID = { name: 'find-by-uid', text: `SELECT ${FOUND} WHERE type = $1 AND uid = $2` };
const CONSUME = { name: 'consume', text: 'UPDATE oidc_payloads SET consumed_at = now() WHERE type = $1 AND id = $2' };
const DESTROY = { name: 'destroy', text: 'DELETE FROM oidc_payloads WHERE type = $1 AND id = $2' };
const REVOKE = { name: 'revoke', text: 'DELETE FROM oidc_payloads WHERE grant_id = $1' };

/** The adapter class of oidc-provider on this pool. */
export function adapterOn(pool) {
  const run = async (statement, values) => (await pool.query({ ...statement, values })).rows;

  return class PostgresAdapter {
    #type;

    constructor(type) {
      this.#type = type;
    }

    async upsert(id, payload, expiresIn) {
      const { grantId, userCode, uid } = payload;
      await run(UPSERT, [this.#type, id, payload, grantId, userCode, uid, expiresIn]);
    }

    find(id) {
      return this.#found(FIND, id);
    }

    findByUserCode(userCode) {
      return this.#found(FIND_BY_USER_CODE, userCode);
    }

    findByUid(uid) {
      return this.#found(FIND_BY_UID, uid);
    }

    async consume(id) {
      await run(CONSUME, [this.#type, id]);
    }

    async destroy(id) {
      await run(DESTROY, [this.#type, id]);
    }

    async revokeByGrantId(grantId) {
      await run(REVOKE, [grantId]);
    }

    async #found(statement, key) {
      const [row] = await run(statement, [this.#type, key]);
      if (!row || (row.expires_at && row.expires_at < new Date())) return undefined;
      return { ...row.payload, ...(row.consumed_at && { consumed: true }) };
    }
  };
}
