import ClientOAuth2 from 'client-oauth2';
import { clientId, reportClient, url, user } from './harness.mjs';

const client = new ClientOAuth2({ clientId, clientSecret: '', accessTokenUri: `${url}/api/token` });

await reportClient({
  signIn: () => client.owner.getToken(user.name, user.password),
  refresh: (token) => token.refresh(),
  tokensOf: ({ accessToken, refreshToken }) => ({ access: accessToken, refresh: refreshToken }),
  // In that case its HTTP client ends the process.
  last: 'two concurrently',
});
