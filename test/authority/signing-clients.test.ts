import { decodeJwt } from 'jose';
import { type Answer } from '../support/client.js';
import { newSigner, serveKeys, signed, type Signer } from '../support/client-keys.js';
import { ClientRequests, INTROSPECT, OWN, PASSWORD, refusal, REVOKE } from '../support/client-requests.js';
import { register } from '../support/registry.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, times, TOKEN, tokensOf } from '../support/sessions.js';

let service: Service;
let clients: ClientRequests;
beforeAll(async () => {
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1' });
  clients = new ClientRequests(service);
});
afterAll(() => disposeWithoutLeaks(service));

describe('a client with private_key_jwt', () => {
  let signer: Signer;
  beforeAll(async () => {
    signer = await newSigner('signing');
    const keys = { AuthenticationMethod: 'private_key_jwt', Jwks: signer.jwks, Roles: 'Token-Introspect' };
    await register(service, 'signing', keys);
  });

  const assert = async (claims: object = {}, header: object = {}, path = TOKEN): Promise<Answer> =>
    clients.send(
      path,
      { ...PASSWORD, token: 'x' },
      { form: signed(await signer.assertion(service.url, claims, header)) },
    );

  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])('authenticates with %s, without client_id', async (alg) => {
    const name = `signing with ${alg}`;
    const { jwks, assertion } = await newSigner(name, alg);
    await register(service, name, { AuthenticationMethod: 'private_key_jwt', Jwks: jwks });
    const { access } = tokensOf(await clients.send(TOKEN, PASSWORD, { form: signed(await assertion(service.url)) }));
    expect(decodeJwt(access)['client_id']).toBe(name);
  });

  it('authenticates at each endpoint, for the issuer, the token endpoint or the endpoint itself', async () => {
    for (const path of [TOKEN, REVOKE, INTROSPECT]) {
      for (const aud of [service.url, service.url + TOKEN, service.url + path, ['https://other.example', service.url]])
        expect([path, aud, (await assert({ aud }, {}, path)).status]).toEqual([path, aud, 200]);
    }
    for (const typ of ['JWT', 'client-authentication+jwt']) expect((await assert({}, { typ })).status).toBe(200);
  });

  const now = Math.floor(Date.now() / 1000);
  it.each<[string, object, object?]>([
    ['assertion-audience', { aud: 'https://other.example' }],
    ['assertion-audience', { aud: undefined }],
    ['assertion-claims', { iss: 'another' }],
    ['assertion-claims', { jti: undefined }],
    ['assertion-claims', { jti: 5 }],
    ['assertion-claims', { exp: undefined }],
    ['assertion-claims', { exp: 'soon' }],
    ['assertion-expired', { exp: now - 3_600 }],
    ['assertion-expired', { exp: -1e300 }],
    ['assertion-lives-long', { exp: now + 7_200 }],
    ['assertion-lives-long', { exp: 1e300 }],
    ['assertion-early', { nbf: now + 1_800, exp: now + 1_860 }],
    ['assertion-early', { iat: now + 1_800, exp: now + 1_860 }],
    ['assertion-malformed', {}, { typ: 'dpop+jwt' }],
    ['assertion-malformed', {}, { typ: 'at+jwt' }],
    ['assertion-signature', {}, { kid: 'another' }],
  ])('is refused for %s: %j %j', async (reason, claims, header = {}) => {
    const before = (await clients.reasonsOf('signing')).length;
    expect(refusal(await assert(claims, header))).toEqual([400, 'invalid_client', null]);
    expect((await clients.reasonsOf('signing')).slice(before)).toEqual([reason]);
  });

  it('is refused with the key of another, without a signature, and with another type of assertion', async () => {
    const forged = await (await newSigner('signing')).assertion(service.url);
    const [, payload] = (await signer.assertion(service.url)).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const valid = await signer.assertion(service.url);
    const forms = [signed(forged), signed(none), { ...signed(valid), client_assertion_type: 'urn:saml' }];
    for (const form of forms)
      expect(refusal(await clients.send(TOKEN, PASSWORD, { form }))).toEqual([400, 'invalid_client', null]);
    expect((await clients.reasonsOf('signing')).slice(-3)).toEqual([
      ...['assertion-signature', 'assertion-signature', 'assertion-type'],
    ]);
    const other = { ...signed(valid), client_id: 'another' };
    expect(refusal(await clients.send(TOKEN, PASSWORD, { form: other }))).toEqual([400, 'invalid_request', null]);
  });

  it('is authenticated once by an assertion, also when it comes many times concurrently', async () => {
    const form = { ...OWN, ...signed(await signer.assertion(service.url)) };
    const answers = await times(12, () => clients.send(TOKEN, form));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const message = 'The assertion was used before.';
    expect(answers.filter(({ body }) => body.error_description === message)).toHaveLength(11);
  });

  it('has keys behind a URL, which are fetched once', async () => {
    const remote = await newSigner('remote');
    const server = await serveKeys(() => remote.jwks);
    try {
      await register(service, 'remote', { AuthenticationMethod: 'private_key_jwt', JwksUri: server.url });
      const ask = async () => clients.send(TOKEN, OWN, { form: signed(await remote.assertion(service.url)) });
      expect((await ask()).status).toBe(200);
      expect([(await ask()).status, server.requests()]).toEqual([200, 1]);
    } finally {
      server.close();
    }
  });
});
