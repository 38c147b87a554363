import * as openid from 'openid-client';
import { clientId, reader, reportClient, url, user } from './harness.mjs';

const discover = (id, authentication) =>
  openid.discovery(new URL(url), id, undefined, authentication, {
    algorithm: 'oauth2',
    execute: [openid.allowInsecureRequests],
  });
const config = await discover(clientId, openid.None());
const resource = await discover(reader.name, openid.ClientSecretBasic(reader.password));

await reportClient({
  signIn: () => openid.genericGrantRequest(config, 'password', { username: user.name, password: user.password }),
  refresh: ({ refresh_token: token }) => openid.refreshTokenGrant(config, token),
  tokensOf: (token) => ({ access: token.access_token, refresh: token.refresh_token }),
  revoke: ({ refresh_token: token }) => openid.tokenRevocation(config, token),
  introspect: (token) => openid.tokenIntrospection(resource, token),
});
