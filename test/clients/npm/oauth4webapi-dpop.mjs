import * as oauth from 'oauth4webapi';
import { assert, clientId, reportClient, statusWithProof, user } from './harness.mjs';
import { insecure, introspectByReader, server } from './oauth4webapi-discovery.mjs';

const client = { client_id: clientId };
const keys = await oauth.generateKeyPair('ES256');
const proven = { ...insecure, DPoP: oauth.DPoP(client, keys) };
const none = oauth.None();

async function signIn() {
  const form = { username: user.name, password: user.password };
  const answer = await oauth.genericTokenEndpointRequest(server, client, none, 'password', form, proven);
  const token = await oauth.processGenericTokenEndpointResponse(server, client, answer);
  assert.equal(token.token_type, 'dpop');
  return token;
}

async function refresh({ refresh_token: token }) {
  const answer = await oauth.refreshTokenGrantRequest(server, client, none, token, proven);
  return oauth.processRefreshTokenResponse(server, client, answer);
}

async function introspect(token) {
  const found = await introspectByReader(token);
  if (found.active) assert.equal(typeof found.cnf?.jkt, 'string');
  return found;
}

await reportClient({
  signIn,
  refresh,
  tokensOf: (token) => ({ access: token.access_token, refresh: token.refresh_token }),
  revoke: async ({ refresh_token: token }) =>
    oauth.processRevocationResponse(await oauth.revocationRequest(server, client, none, token, insecure)),
  introspect,
  call: (access) =>
    statusWithProof(access, (path) =>
      oauth.protectedResourceRequest(access, 'GET', path, undefined, undefined, proven),
    ),
});
