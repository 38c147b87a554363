import createClient from 'openapi-fetch';
import openapiTs, { astToString } from 'openapi-typescript';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOf } from './generated.mjs';
import { assert, clientId, reader, reportClient, url, user } from './harness.mjs';

/** The code that a developer writes with the generated types: members, and the type of each. */
const USE = `
import createClient from 'openapi-fetch';
import type { paths } from './paths';
const api = createClient<paths>({ baseUrl: '' });
export async function use(): Promise<string> {
  const { data } = await api.GET('/api/sys/refreshtokens', { params: { query: { size: 1, RefreshToken_SystemId: 'notnull' } } });
  const page = data && 'Records' in data ? data : undefined;
  const subject: string = page?.Records[0]?.Subject ?? '';
  const total: number = page?.TotalItems ?? 0;
  const { data: keys } = await api.GET('/.well-known/jwks.json');
  const kid: string | undefined = keys?.keys[0]?.kid;
  const { data: token } = await api.POST('/api/token', { body: { grant_type: 'password', username: 'u', password: 'p' } });
  const access: string | undefined = token?.access_token;
  return [subject, total, kid, access].join();
}`;

const folder = mkdtempSync(join(import.meta.dirname, 'openapi-fetch-'));
writeFileSync(join(folder, 'paths.d.ts'), astToString(await openapiTs(new URL(`${url}/api/openapi.json`))));
writeFileSync(join(folder, 'use.ts'), USE);

/** The client's own way of sending forms: a serializer that each call with a form names. */
const form = { bodySerializer: (body) => new URLSearchParams(body), headers: { 'content-type': null } };
const api = createClient({ baseUrl: url });
const token = async (body) => {
  const { data, error } = await api.POST('/api/token', {
    body,
    ...form,
    headers: { ...form.headers, client_id: clientId },
  });
  if (error) throw new Error(error.error_description);
  return data;
};

await reportClient({
  signIn: async () => {
    assert.deepEqual(faultsOf(join(folder, 'use.ts')), []);
    const tokens = await token({ grant_type: 'password', username: user.name, password: user.password });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const { data } = await api.GET('/api/sys/refreshtokens', { params: { query: { size: 1 } }, headers });
    assert.equal(data.Records.length, 1);
    return tokens;
  },
  refresh: ({ refresh_token }) => token({ grant_type: 'refresh_token', refresh_token }),
  tokensOf: (tokens) => ({ access: tokens.access_token, refresh: tokens.refresh_token }),
  revoke: ({ refresh_token }) => api.POST('/api/token/revoke', { body: { token: refresh_token }, ...form }),
  introspect: async (access) => {
    const authorization = `Basic ${Buffer.from(`${reader.name}:${reader.password}`).toString('base64')}`;
    const headers = { ...form.headers, authorization };
    return (await api.POST('/api/token/introspect', { body: { token: access }, ...form, headers })).data;
  },
});
