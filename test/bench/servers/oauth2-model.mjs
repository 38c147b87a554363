import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';

export const OAUTH2_SCHEMA = `
  CREATE TABLE users (email text PRIMARY KEY, enabled boolean NOT NULL);
  CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    client_id  text NOT NULL,
    email      text NOT NULL REFERENCES users ON DELETE CASCADE,
    scope      text[] NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX refresh_tokens_email ON refresh_tokens (email, client_id);
  CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at)`;

const FIND = {
  name: 'find',
  text: `SELECT t.client_id, t.scope, t.expires_at, u.email FROM refresh_tokens t JOIN users u USING (email)
    WHERE t.token_hash = $1 AND u.enabled`,
};
const REVOKE = { name: 'revoke', text: 'DELETE FROM refresh_tokens WHERE token_hash = $1' };
const SAVE = {
  name: 'save',
  text: 'INSERT INTO refresh_tokens (token_hash, client_id, email, scope, expires_at) VALUES ($1, $2, $3, $4, $5)',
};
const REFRESH_LIFE = 1_296_000;
const ACCESS_LIFE = 3600;
const SCOPE = ['api:read'];

export const CLIENT = {
  id: 'bench-app',
  grants: ['refresh_token'],
  accessTokenLifetime: ACCESS_LIFE,
  refreshTokenLifetime: REFRESH_LIFE,
};

/** The model of @node-oauth/oauth2-server on this pool. */
export class Model {
  #pool;
  #issuer;
  #privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  #header = encode({ alg: 'ES256', typ: 'at+jwt', kid: randomUUID() });

  constructor(pool, issuer) {
    this.#pool = pool;
    this.#issuer = issuer;
  }

  getClient(id) {
    return id === CLIENT.id ? CLIENT : undefined;
  }

  async getRefreshToken(refreshToken) {
    const { rows } = await this.#run(FIND, [digest(refreshToken)]);
    const [row] = rows;
    if (!row) return undefined;
    const { client_id: id, scope, expires_at: refreshTokenExpiresAt, email } = row;
    return { refreshToken, refreshTokenExpiresAt, scope, client: { id }, user: { email } };
  }

  /** Whether the token existed: if two requests race for one token, only one succeeds. */
  async revokeToken({ refreshToken }) {
    const { rowCount } = await this.#run(REVOKE, [digest(refreshToken)]);
    return rowCount === 1;
  }

  generateAccessToken(client, { email }, scope) {
    const iat = Math.floor(Date.now() / 1000);
    const whose = { iss: this.#issuer, aud: this.#issuer, sub: email, client_id: client.id };
    const claims = { ...whose, scope: scope.join(' '), iat, exp: iat + ACCESS_LIFE, jti: randomUUID() };
    const signed = `${this.#header}.${encode(claims)}`;
    const signature = sign('sha256', signed, { key: this.#privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  generateRefreshToken() {
    return randomBytes(32).toString('base64url');
  }

  /** Access tokens are not stored: they are JWTs. */
  async saveToken(token, client, user) {
    const { refreshToken, refreshTokenExpiresAt, scope } = token;
    await this.#run(SAVE, [digest(refreshToken), client.id, user.email, scope, refreshTokenExpiresAt]);
    return { ...token, client, user };
  }

  /** A refresh token of a user, as a login would have created it. */
  async issue(email) {
    const refreshToken = this.generateRefreshToken();
    const refreshTokenExpiresAt = new Date(Date.now() + REFRESH_LIFE * 1000);
    await this.saveToken({ refreshToken, refreshTokenExpiresAt, scope: SCOPE }, CLIENT, { email });
    return refreshToken;
  }

  #run(statement, values) {
    return this.#pool.query({ ...statement, values });
  }
}

function digest(token) {
  return createHash('sha256').update(token).digest();
}

function encode(part) {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
