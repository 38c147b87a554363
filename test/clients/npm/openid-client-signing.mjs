import * as openid from 'openid-client';
import { clientId, privateKey, reportClient, user } from './harness.mjs';
import { discover } from './openid-client-discovery.mjs';

const config = await discover(clientId, openid.PrivateKeyJwt(await privateKey()));

await reportClient({
  signIn: () => openid.genericGrantRequest(config, 'password', { username: user.name, password: user.password }),
  refresh: ({ refresh_token: token }) => openid.refreshTokenGrant(config, token),
  tokensOf: (token) => ({ access: token.access_token, refresh: token.refresh_token }),
  revoke: ({ refresh_token: token }) => openid.tokenRevocation(config, token),
  introspect: (token) => openid.tokenIntrospection(config, token),
});
