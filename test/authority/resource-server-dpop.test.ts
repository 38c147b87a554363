import type { INestApplication } from '@nestjs/common';
import { createResourceServer } from '../../examples/resource-server/src/application.js';
import { Settings } from '../../examples/resource-server/src/settings.js';
import { badProof, badProofs } from '../support/bad-proofs.js';
import { Client, type Answer } from '../support/client.js';
import { register, runOn } from '../support/registry.js';
import { loginWith, ProvingKey, type Proved } from '../support/proofs.js';
import { freePort, Service } from '../support/service.js';
import { disposeWithoutLeaks, keepSecret, login, revoke, seconds, times, type Tokens } from '../support/sessions.js';

const CHALLENGE = 'Bearer, DPoP algs="ES256 ES384 ES512 Ed25519 EdDSA PS256 RS256"';
const PATH = '/notes';

describe('the example of a resource server, for tokens that are bound to a key', () => {
  let service: Service;
  let server: INestApplication;
  let url: string;
  let key: ProvingKey;
  let other: ProvingKey;
  let tokens: Tokens;

  beforeAll(async () => {
    [service, key, other] = await Promise.all([Service.start(), ProvingKey.make(), ProvingKey.make()]);
    const id = await register(service, 'notes', {
      AuthenticationMethod: 'client_secret_basic',
      Roles: 'Token-Introspect',
    });
    const secret = String((await runOn(service, 'CLIENT_MAKE_SECRET', id))['ClientSecret']);
    keepSecret(secret);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = await createResourceServer(new Settings(service.url, { id: 'notes', secret }, url));
    await server.listen(port, '127.0.0.1');
    tokens = await loginWith(service, key, 'bound', 'none');
  });
  afterAll(async () => {
    await server.close();
    await disposeWithoutLeaks(service);
  });

  const proofFor = (token: string, proved: Proved = {}, by = key): Promise<string> =>
    by.prove(service, { method: 'GET', path: PATH, publicUrl: url, access: token, ...proved });
  const send = (token: string, dpop: string, method = 'GET', scheme = 'DPoP'): Promise<Answer> =>
    new Client(url, `${scheme} ${token}`).send(method, PATH, { headers: { dpop } });
  const expectRefused = ({ status, headers }: Answer): void => {
    expect([status, headers.get('www-authenticate')]).toEqual([401, CHALLENGE]);
  };

  it('accepts a proof for the request, also where it introspects', async () => {
    const read = await send(tokens.access, await proofFor(tokens.access));
    expect([read.status, read.body.user]).toEqual([200, 'none@example.com']);
    const proof = await proofFor(tokens.access, { method: 'DELETE' });
    expect((await send(tokens.access, proof, 'DELETE')).status).toBe(200);
  });

  it.each(['ES256', 'ES512', 'EdDSA', 'PS256', 'RS256'])('accepts a key for %s', async (alg) => {
    const own = await ProvingKey.make(alg);
    const { access } = await loginWith(service, own, alg, 'none');
    expect((await send(access, await proofFor(access, {}, own))).status).toBe(200);
  });

  it('accepts a proof once, however many requests carry it concurrently', async () => {
    const proof = await proofFor(tokens.access);
    const answers = await times(8, () => send(tokens.access, proof));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) expectRefused(answer);
  });

  it('refuses a bound token without a proof, and as a bearer token', async () => {
    expectRefused(await new Client(url, `DPoP ${tokens.access}`).get(PATH));
    expectRefused(await new Client(url, `Bearer ${tokens.access}`).get(PATH));
    expectRefused(await send(tokens.access, await proofFor(tokens.access), 'GET', 'Bearer'));
  });

  it('refuses a bearer token that is sent as a bound token', async () => {
    const { access } = await login(service, 'none', 'bearer');
    expectRefused(await send(access, await proofFor(access)));
    expect((await new Client(url, `Bearer ${access}`).get(PATH)).status).toBe(200);
  });

  it('refuses a proof for another token, method, path or server, and by another key', async () => {
    const { access } = await loginWith(service, key, 'second', 'none');
    for (const proof of [
      await proofFor(access),
      await proofFor(tokens.access, { method: 'DELETE' }),
      await proofFor(tokens.access, { path: '/other' }),
      await proofFor(tokens.access, { publicUrl: service.url }),
      await proofFor(tokens.access, {}, other),
    ])
      expectRefused(await send(tokens.access, proof));
  });

  // The example makes no nonces and ignores those of clients.
  const BAD = badProofs().filter(([what]) => !what.includes('nonce'));
  it.each(BAD)('refuses a proof %s, by RFC 9449', async (_what, made) => {
    const request = { method: 'GET', path: PATH, access: tokens.access, publicUrl: url };
    expectRefused(await send(tokens.access, await badProof(made, { service, key, other }, request)));
  });

  it('refuses the token of an ended session, with a good proof', async () => {
    const { access, refresh } = await loginWith(service, key, 'ended', 'none');
    expect((await send(access, await proofFor(access))).status).toBe(200);
    await revoke(service, refresh, 'ended');
    const begin = performance.now();
    while ((await send(access, await proofFor(access))).status === 200) await seconds(0.05);
    expect(performance.now() - begin).toBeLessThan(2_000);
  });
});
