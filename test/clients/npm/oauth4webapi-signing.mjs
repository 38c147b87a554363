import * as oauth from 'oauth4webapi';
import { assert, clientId, privateKey, reportClient, user } from './harness.mjs';
import { insecure, server } from './oauth4webapi-discovery.mjs';

const client = { client_id: clientId };
const signed = oauth.PrivateKeyJwt(await privateKey());

async function signIn() {
  const form = { username: user.name, password: user.password };
  const answer = await oauth.genericTokenEndpointRequest(server, client, signed, 'password', form, insecure);
  return oauth.processGenericTokenEndpointResponse(server, client, answer);
}

async function refresh({ refresh_token: token }) {
  const answer = await oauth.refreshTokenGrantRequest(server, client, signed, token, insecure);
  return oauth.processRefreshTokenResponse(server, client, answer);
}

async function introspect(token) {
  const answer = await oauth.introspectionRequest(server, client, signed, token, insecure);
  return oauth.processIntrospectionResponse(server, client, answer);
}

/** A token of the client itself is active too, and has no user. */
async function introspectOwn() {
  const answer = await oauth.clientCredentialsGrantRequest(server, client, signed, {}, insecure);
  const { access_token: token } = await oauth.processClientCredentialsResponse(server, client, answer);
  const { active, username, sub } = await introspect(token);
  assert.deepEqual([active, username, sub], [true, undefined, clientId]);
}

await reportClient({
  signIn,
  refresh,
  tokensOf: (token) => ({ access: token.access_token, refresh: token.refresh_token }),
  revoke: async ({ refresh_token: token }) =>
    oauth.processRevocationResponse(await oauth.revocationRequest(server, client, signed, token, insecure)),
  introspect: async (token) => {
    await introspectOwn();
    return introspect(token);
  },
});
