import { OAuth2Client } from '@badgateway/oauth2-client';
import { clientId, reader, reportClient, url, user } from './harness.mjs';

const endpoints = {
  tokenEndpoint: '/api/token',
  revocationEndpoint: '/api/token/revoke',
  introspectionEndpoint: '/api/token/introspect',
};
const client = new OAuth2Client({ server: url, clientId, ...endpoints });
const resource = new OAuth2Client({
  server: url,
  clientId: reader.name,
  clientSecret: reader.password,
  authenticationMethod: 'client_secret_basic',
  ...endpoints,
});

await reportClient({
  signIn: () => client.password({ username: user.name, password: user.password }),
  refresh: (token) => client.refreshToken(token),
  tokensOf: ({ accessToken, refreshToken }) => ({ access: accessToken, refresh: refreshToken }),
  revoke: (token) => client.revoke(token, 'refresh_token'),
  introspect: (token) => resource.introspect({ accessToken: token, refreshToken: null, expiresAt: null }),
});
