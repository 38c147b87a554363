import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';
import pg from 'pg';
import { adapterOn } from './oidc-adapter.mjs';

// A rival at redemption: oidc-provider. Rotation is on, access tokens are JWTs signed with ES256, the public client is kept in memory, and
// the user is looked up at each refresh. No ID token is requested, since the service issues none either.

const { DATABASE_URL, PORT } = process.env;
const CLIENT = 'bench-app';
const RESOURCE = 'urn:bench:api';
const SCOPE = 'api:read';
const DAY = 86_400;

const pool = new pg.Pool({ connectionString: DATABASE_URL });
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  adapter: adapterOn(pool),
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'bench' }] },
  cookies: { keys: ['only for the benchmark'] },
  clients: [
    {
      client_id: CLIENT,
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  rotateRefreshToken: true,
  ttl: { RefreshToken: 15 * DAY, Grant: 90 * DAY },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: SCOPE,
        audience: RESOURCE,
        accessTokenTTL: 3600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  async findAccount(context, email) {
    const statement = {
      name: 'account',
      text: 'SELECT email FROM users WHERE email = $1 AND enabled',
      values: [email],
    };
    const { rows } = await pool.query(statement);
    return rows[0] && { accountId: email, claims: () => ({ sub: email }) };
  },
});

provider.listen(Number(PORT), '127.0.0.1');

process.on('message', async ({ ask, count }) => {
  if (ask === 'issue')
    process.send({ tokens: await Promise.all(Array.from({ length: count }, (_, n) => issue(n + 1))) });
});

/** A refresh token of a user, as an authorization code would have created it. */
async function issue(user) {
  const accountId = `user${user}@example.com`;
  const grant = new provider.Grant({ accountId, clientId: CLIENT });
  grant.addResourceScope(RESOURCE, SCOPE);
  const of = { accountId, client: await provider.Client.find(CLIENT), grantId: await grant.save() };
  const how = { gty: 'authorization_code', authTime: Math.floor(Date.now() / 1000), amr: ['pwd'] };
  const token = await new provider.RefreshToken({ ...of, ...how, scope: SCOPE, resource: RESOURCE }).save();
  return { token, clientId: CLIENT };
}
