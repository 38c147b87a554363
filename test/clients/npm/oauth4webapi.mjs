import * as oauth from 'oauth4webapi';
import { clientId, reader, reportClient, url, user } from './harness.mjs';

const insecure = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(url);
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
);
const client = { client_id: clientId };
const resource = { client_id: reader.name };

await reportClient({
  signIn: async () =>
    oauth.processGenericTokenEndpointResponse(
      server,
      client,
      await oauth.genericTokenEndpointRequest(
        server,
        client,
        oauth.None(),
        'password',
        { username: user.name, password: user.password },
        insecure,
      ),
    ),
  refresh: async ({ refresh_token: token }) =>
    oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, insecure),
    ),
  tokensOf: (token) => ({ access: token.access_token, refresh: token.refresh_token }),
  revoke: async ({ refresh_token: token }) =>
    oauth.processRevocationResponse(await oauth.revocationRequest(server, client, oauth.None(), token, insecure)),
  introspect: async (token) =>
    oauth.processIntrospectionResponse(
      server,
      resource,
      await oauth.introspectionRequest(server, resource, oauth.ClientSecretBasic(reader.password), token, insecure),
    ),
});
