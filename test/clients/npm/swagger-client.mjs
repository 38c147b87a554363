import SwaggerClient from 'swagger-client';
import { clientId, reader, reportClient, url, user } from './harness.mjs';

const open = await SwaggerClient({ url: `${url}/api/openapi.json` });
const token = async (requestBody) =>
  (await open.execute({ operationId: 'issueToken', parameters: { client_id: clientId }, requestBody })).body;
const resource = await SwaggerClient({
  url: `${url}/api/openapi.json`,
  authorizations: { basic: { username: reader.name, password: reader.password } },
});

await reportClient({
  signIn: async () => {
    const tokens = await token({ grant_type: 'password', username: user.name, password: user.password });
    const signedIn = await SwaggerClient({
      url: `${url}/api/openapi.json`,
      authorizations: { bearer: { value: tokens.access_token } },
    });
    const { body } = await signedIn.execute({ operationId: 'listRefreshTokens', parameters: { size: 1 } });
    if (body.Records.length !== 1) throw new Error('The search did not answer with a record.');
    return tokens;
  },
  refresh: ({ refresh_token }) => token({ grant_type: 'refresh_token', refresh_token }),
  tokensOf: (tokens) => ({ access: tokens.access_token, refresh: tokens.refresh_token }),
  revoke: ({ refresh_token }) => open.execute({ operationId: 'revokeToken', requestBody: { token: refresh_token } }),
  introspect: async (access) =>
    (await resource.execute({ operationId: 'introspectToken', requestBody: { token: access } })).body,
});
