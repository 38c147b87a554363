/** The acts of every script of a resource server: tries each kind of token, and prints for each whether the token is accepted. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { SignJWT, decodeJwt } from 'jose';
import { assert, isActive, plainSignIn, report, url } from './harness.mjs';

export const jwksUri = `${url}/.well-known/jwks.json`;

/**
 * `accepts` returns whether a token is accepted. A resource server that only verifies the token does not know that its session has ended.
 * `acceptsFor` returns `accepts` for another audience than `url`.
 */
export async function reportVerifier({ accepts, acceptsFor }) {
  const { access_token: token, refresh_token: refresh } = await plainSignIn();
  const [header, payload, signature] = token.split('.');
  await report({
    accepts: async () => {
      assert.equal(await accepts(token), true);
    },
    'refuses a forged token': async () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const claims = decodeJwt(token);
      const { kid } = JSON.parse(Buffer.from(header, 'base64url'));
      const forged = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .sign(privateKey);
      const none = `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')}.${payload}.`;
      const edited = Buffer.from(JSON.stringify({ ...claims, sub: 'admin' })).toString('base64url');
      for (const wrong of [forged, none, `${header}.${edited}.${signature}`, refresh, '']) {
        assert.equal(await accepts(wrong), false, `It accepts ${wrong}`);
      }
    },
    'refuses a foreign audience': async () => {
      assert.equal(await acceptsFor('https://elsewhere.example', token), false);
      assert.equal(await isActive(token), true);
    },
  });
}

/** Reports on an Express app. `appOf` makes the app that accepts tokens for an audience. */
export async function reportApp(appOf) {
  const listen = async (audience) => {
    const server = appOf(audience).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const server = await listen(url);
  await reportVerifier({
    accepts: (token) => isLetIn(server, token),
    acceptsFor: async (audience, token) => isLetIn(await listen(audience), token),
  });
}

/** Whether a server that expects a bearer token accepts this token. */
async function isLetIn(server, token) {
  const { port } = server.address();
  const { status } = await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${token}` } });
  assert.ok([200, 401].includes(status) || (token === '' && status === 400), `The resource server answers ${status}.`);
  return status === 200;
}
