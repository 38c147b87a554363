import { basicOf, type Answer } from '../support/client.js';
import { call, loginWith, ProvingKey, refreshWith } from '../support/proofs.js';
import { CLIENTS, validClient } from '../support/registry.js';
import { startVouchers } from '../support/resource-service.js';
import { runSql } from '../support/run-sql.js';
import type { Service } from '../support/service.js';
import { disposeWithoutLeaks, login, tokensOf } from '../support/sessions.js';

// RFC 9449, section 7.1: a refused caller reads the challenge of the scheme that the caller used.

const PROVED = { method: 'POST' } as const;
const SCOPE = 'error="insufficient_scope"';
const GRANTS = [
  ['edit', 'Voucher-Edit'],
  ['edit', 'Client-Create'],
];

let service: Service;
let key: ProvingKey;
let access: string;
beforeAll(async () => {
  [service, key] = await Promise.all([startVouchers({ GRANTS: JSON.stringify(GRANTS) }), ProvingKey.make()]);
  ({ access } = await loginWith(service, key, 'challenged', 'edit'));
});
afterAll(() => disposeWithoutLeaks(service));

const seen = ({ status, headers, body }: Answer): unknown => [
  status,
  headers.get('www-authenticate'),
  (body as { Message: string }).Message,
];

/** What the service answers to this request with the bound token, with a bearer token of the same user, and with the password. */
async function answersTo(path: string, body: unknown): Promise<unknown[]> {
  const bearer = await login(service, 'edit', 'bearer');
  const clients = [service.client(`Bearer ${bearer.access}`), service.client(basicOf('edit'))];
  const answers = [await call(service, key, access, { ...PROVED, path, body })];
  for (const client of clients) answers.push(await client.post(path, body));
  return answers.map(seen);
}

it('a command without its role answers in the scheme of the request', async () => {
  const message = 'This needs the role Voucher-Delete.';
  expect(await answersTo('/api/sys/vouchers/runcommand', { Key: 'VOUCHER_SWAP', Ids: [1, 2] })).toEqual([
    [403, `DPoP ${SCOPE}`, message],
    [403, `Bearer ${SCOPE}`, message],
    [403, `Bearer ${SCOPE}`, message],
  ]);
});

it('a client with more roles than the caller answers in the scheme of the request', async () => {
  const message = 'The client has roles that you do not have: Token-Introspect.';
  const powerful = { AuthenticationMethod: 'client_secret_basic', Roles: 'Token-Introspect' };
  expect(await answersTo(CLIENTS, validClient('powerful', powerful))).toEqual([
    [403, `DPoP ${SCOPE}`, message],
    [403, `Bearer ${SCOPE}`, message],
    [403, `Bearer ${SCOPE}`, message],
  ]);
});

it('a demand for a recent sign-in (RFC 9470) answers in the scheme of the request', async () => {
  const { refresh } = await loginWith(service, key, 'long ago', 'edit');
  await service.freeData();
  const old = `auth_time = auth_time - interval '301 seconds'`;
  await runSql(service.dataDir, `UPDATE refresh_tokens SET ${old} WHERE client_id = 'long ago'`);
  await service.resume();
  const { access: aged } = tokensOf(await refreshWith(service, key, refresh));
  const path = '/api/account/totp';
  const answer = await call(service, key, aged, { ...PROVED, path, body: {} });
  expect(seen(answer)).toEqual([
    401,
    expect.stringMatching(
      /^DPoP error="insufficient_user_authentication", error_description="[^"]+", max_age="300"$/,
    ) as string,
    'Sign in again: the last sign-in is older than 5 minutes.',
  ]);
});
