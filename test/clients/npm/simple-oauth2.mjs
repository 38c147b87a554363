import { ResourceOwnerPassword } from 'simple-oauth2';
import { clientId, reportClient, url, user } from './harness.mjs';

const client = new ResourceOwnerPassword({
  client: { id: clientId, secret: '' },
  auth: { tokenHost: url, tokenPath: '/api/token', revokePath: '/api/token/revoke' },
});

await reportClient({
  signIn: () => client.getToken({ username: user.name, password: user.password }),
  refresh: (token) => token.refresh(),
  tokensOf: ({ token }) => ({ access: token.access_token, refresh: token.refresh_token }),
  revoke: (token) => token.revoke('refresh_token'),
});
