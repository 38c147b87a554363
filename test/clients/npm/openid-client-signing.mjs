import * as openid from 'openid-client';
import { clientId, privateKey, reportClient, url, user } from './harness.mjs';

const authentication = openid.PrivateKeyJwt(await privateKey());
const config = await openid.discovery(new URL(url), clientId, undefined, authentication, {
  algorithm: 'oauth2',
  execute: [openid.allowInsecureRequests],
});

await reportClient({
  signIn: () => openid.genericGrantRequest(config, 'password', { username: user.name, password: user.password }),
  refresh: ({ refresh_token: token }) => openid.refreshTokenGrant(config, token),
  tokensOf: (token) => ({ access: token.access_token, refresh: token.refresh_token }),
  revoke: ({ refresh_token: token }) => openid.tokenRevocation(config, token),
  introspect: (token) => openid.tokenIntrospection(config, token),
});
