import * as openid from 'openid-client';
import { clientId, reportClient, statusWithProof, user } from './harness.mjs';
import { discover, resource } from './openid-client-discovery.mjs';

const config = await discover(clientId, openid.None());
const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
const form = { username: user.name, password: user.password };

await reportClient({
  signIn: () => openid.genericGrantRequest(config, 'password', form, { DPoP }),
  refresh: ({ refresh_token: token }) => openid.refreshTokenGrant(config, token, undefined, { DPoP }),
  tokensOf: (token) => ({ access: token.access_token, refresh: token.refresh_token }),
  revoke: ({ refresh_token: token }) => openid.tokenRevocation(config, token),
  introspect: (token) => openid.tokenIntrospection(resource, token),
  call: (access) =>
    statusWithProof(access, (path) =>
      openid.fetchProtectedResource(config, access, path, 'GET', undefined, undefined, { DPoP }),
    ),
});
