import { basicOf, RESOURCE } from './client.js';
import { newSigner, signed } from './client-keys.js';
import { change, CLIENTS, register, runOn } from './registry.js';
import type { Service } from './service.js';
import { ask, seconds, sessionOf, tokensOf } from './sessions.js';

/** Looks at the own account and ends own sessions. */
export async function useAccount(service: Service, password: string): Promise<void> {
  const form = { username: 'user3@example.com', password, grant_type: 'password' };
  const other = tokensOf(await ask(service, form, 'another-app'));
  const { access } = tokensOf(await ask(service, form, 'web-app'));
  const user = service.client(`Bearer ${access}`);
  for (const path of ['sessions', 'signins']) expect((await user.get(`/api/account/${path}`)).status).toBe(200);
  for (const path of [`/${sessionOf(other)}`, ''])
    expect((await user.delete(`/api/account/sessions${path}`)).status).toBe(200);
}

/** Registers a client with two sessions for each user, signs in thrice, makes a secret, and allows one session again. */
export async function useClients(service: Service, password: string): Promise<void> {
  const admin = service.client(basicOf('admin'));
  const id = await register(service, 'two-sessions', { SessionsPerUser: 2 });
  expect((await admin.get(`${CLIENTS}?Client_ClientId=two-sessions`)).body.TotalItems).toBe(1);
  const form = { username: 'user3@example.com', password, grant_type: 'password' };
  for (const most of [2, 2, 2, 1]) {
    if (most === 1) await change(service, id, { SessionsPerUser: most });
    tokensOf(await ask(service, form, 'two-sessions'));
  }
  await useSurplus(service, form);
  for (const key of ['CLIENT_MAKE_SECRET', 'CLIENT_MAKE_SECRET', 'CLIENT_RETIRE_SECRET']) await runOn(service, key, id);
  expect((await admin.delete(`${CLIENTS}/${id}`)).status).toBe(200);
  await useSigningClient(service, password);
}

/** Signs a user in twice at a client, and waits for the end of one session after the client allows only one. */
async function useSurplus(service: Service, form: Record<string, string>): Promise<void> {
  const id = await register(service, 'crowded', { SessionsPerUser: 2 });
  for (let n = 0; n < 2; n++) tokensOf(await ask(service, form, 'crowded'));
  await change(service, id, { SessionsPerUser: null });
  const admin = service.client(basicOf('admin'));
  while ((await admin.get(`${RESOURCE}?RefreshToken_ClientId=crowded`)).body.TotalItems !== 1) await seconds(0.1);
}

/** Gets a token for a client that signs, uses it, and refreshes without a client name while there is such a client. */
async function useSigningClient(service: Service, password: string): Promise<void> {
  const signer = await newSigner('signing');
  const keys = { AuthenticationMethod: 'private_key_jwt', Jwks: signer.jwks, Roles: 'RefreshToken-Read' };
  await register(service, 'signing', keys);
  const form = { grant_type: 'client_credentials', ...signed(await signer.assertion(service.url)) };
  const { access } = tokensOf(await ask(service, form));
  expect((await service.client(`Bearer ${access}`).get(`${RESOURCE}/1`)).status).toBe(200);
  await ask(service, { ...form, ...signed('a.b.c'), client_id: 'signing' });
  const user = { username: 'user4@example.com', password, grant_type: 'password' };
  const { refresh } = tokensOf(await ask(service, user, 'web-app'));
  tokensOf(await ask(service, { grant_type: 'refresh_token', refresh_token: refresh }));
}
