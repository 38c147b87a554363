import * as oauth from 'oauth4webapi';
import { clientId, reportClient, user } from './harness.mjs';
import { insecure, introspectByReader, server } from './oauth4webapi-discovery.mjs';

const client = { client_id: clientId };

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
  introspect: introspectByReader,
});
