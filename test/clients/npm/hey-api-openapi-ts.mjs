import { createClient } from '@hey-api/openapi-ts';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from './generated.mjs';
import { assert, clientId, reader, reportClient, url, user } from './harness.mjs';

const folder = mkdtempSync(join(import.meta.dirname, 'hey-api-'));
await createClient({
  input: `${url}/api/openapi.json`,
  output: { path: folder, module: { extension: '.js' } },
  logs: { level: 'silent', file: false },
});
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
compile(folder);
const { client } = await import(join(folder, 'client.gen.js'));
const sdk = await import(join(folder, 'sdk.gen.js'));
client.setConfig({ baseUrl: url, throwOnError: true });

const token = async (body) =>
  (await sdk.issueToken({ body, headers: { client_id: clientId }, throwOnError: true })).data;

await reportClient({
  signIn: async () => {
    const tokens = await token({ grant_type: 'password', username: user.name, password: user.password });
    client.setConfig({ auth: ({ scheme }) => (scheme === 'bearer' ? tokens.access_token : undefined) });
    const { data } = await sdk.listRefreshTokens({ query: { size: 1 } });
    assert.equal(data.Records.length, 1);
    return tokens;
  },
  refresh: ({ refresh_token }) => token({ grant_type: 'refresh_token', refresh_token }),
  tokensOf: (tokens) => ({ access: tokens.access_token, refresh: tokens.refresh_token }),
  revoke: ({ refresh_token }) => sdk.revokeToken({ body: { token: refresh_token } }),
  introspect: async (access) => {
    const auth = ({ scheme }) => (scheme === 'basic' ? `${reader.name}:${reader.password}` : undefined);
    return (await sdk.introspectToken({ body: { token: access }, auth })).data;
  },
});
