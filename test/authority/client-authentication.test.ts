import { decodeJwt } from 'jose';
import { basic, basicOf, passwordOf, RESOURCE, type Answer } from '../support/client.js';
import { encodedBasic, newSigner, serveKeys, signed, JWT_BEARER, type Signer } from '../support/client-keys.js';
import { change, register, runOn, tryChange } from '../support/registry.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  events,
  keepSecret,
  login,
  seconds,
  the,
  times,
  TOKEN,
  tokensOf,
} from '../support/sessions.js';

const REVOKE = `${TOKEN}/revoke`;
const INTROSPECT = `${TOKEN}/introspect`;
const PASSWORD = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
const OWN = { grant_type: 'client_credentials' };
const VALID = { Name: 'n', Enabled: true, AuthenticationMethod: 'client_secret_post', DpopRequired: false };
const CHALLENGE = 'Basic realm="Tessera", charset="UTF-8"';

interface Credentials {
  readonly form?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

let service: Service;
beforeAll(async () => {
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => disposeWithoutLeaks(service));

/** An address that no earlier request used, so that failures of one test block no other. */
let used = 0;
const newAddress = (): string => `198.18.${++used >> 8}.${used & 255}`;

function send(
  path: string,
  form: Record<string, string>,
  { form: more, headers }: Credentials = {},
  from = newAddress(),
): Promise<Answer> {
  return service.client().form('POST', path, { ...form, ...more }, { 'x-forwarded-for': from, ...headers });
}

/** Status, error and challenge of a refusal. */
const refusal = ({ status, body, headers }: Answer): unknown[] => [status, body.error, headers.get('www-authenticate')];

async function newSecret(id: number): Promise<string> {
  const { ClientSecret: secret } = await runOn(service, 'CLIENT_MAKE_SECRET', id);
  keepSecret(String(secret));
  return String(secret);
}

/** Registers a client with a secret. */
async function registerSecret(name: string, changes: object = {}): Promise<{ id: number; secret: string }> {
  const id = await register(service, name, { AuthenticationMethod: 'client_secret_basic', ...changes });
  return { id, secret: await newSecret(id) };
}

const byBasic = (name: string, secret: string): Credentials => ({
  headers: { authorization: encodedBasic(name, secret) },
});
const byPost = (client_id: string, client_secret: string): Credentials => ({ form: { client_id, client_secret } });
const reasonsOf = async (clientId: string): Promise<unknown[]> =>
  (await events(service, { Kind: 'client-refused', ClientId: clientId })).map(({ Reason }) => Reason);

describe('a client with a secret', () => {
  it.each([
    ['client_secret_basic', 'web app: ä+%', byBasic],
    ['client_secret_post', 'web post', byPost],
  ] as const)('signs in, refreshes, introspects and revokes with %s', async (method, name, by) => {
    const { secret } = await registerSecret(name, { AuthenticationMethod: method, Roles: 'Token-Introspect' });
    const client = by(name, secret);
    const first = tokensOf(await send(TOKEN, PASSWORD, client));
    expect(decodeJwt(first.access)['client_id']).toBe(name);
    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh };
    const { refresh: token } = tokensOf(await send(TOKEN, refresh, client));
    expect((await send(INTROSPECT, { token }, client)).body).toMatchObject({ active: true, client_id: name });
    expect((await send(REVOKE, { token }, client)).status).toBe(200);
    expect((await send(INTROSPECT, { token }, client)).body).toEqual({ active: false });
    const [event] = await events(service, { Kind: 'session-ended', ClientId: name });
    expect(event).toMatchObject({ Reason: 'revoked', Actor: `client:${name}` });
  });

  it('is refused by any other method and secret, with the challenge of what it tried', async () => {
    const other = await registerSecret('another');
    const { secret } = await registerSecret('basic');
    const wrong: readonly [Credentials, string][] = [
      [byBasic('basic', `${secret}x`), 'wrong-secret'],
      [byBasic('basic', other.secret), 'wrong-secret'],
      [byBasic('basic', ''), 'other-method'],
      [byPost('basic', secret), 'other-method'],
      [{ form: { client_id: 'basic' } }, 'other-method'],
      [{ headers: { client_id: 'basic' } }, 'other-method'],
      [{ form: { client_id: 'basic', ...signed('a.b.c') } }, 'other-method'],
    ];
    for (const path of [TOKEN, REVOKE]) {
      for (const [credentials] of wrong) {
        const isBasic = credentials.headers?.['authorization'] !== undefined;
        const expected = isBasic ? [401, 'invalid_client', CHALLENGE] : [400, 'invalid_client', null];
        expect(refusal(await send(path, { ...PASSWORD, token: 'x' }, credentials))).toEqual(expected);
      }
    }
    expect(await reasonsOf('basic')).toEqual([...wrong, ...wrong].map(([, reason]) => reason));
    const introspected = await send(INTROSPECT, { token: 'x' }, byPost('basic', secret));
    expect(refusal(introspected)).toEqual([401, 'invalid_client', 'Bearer']);
    expect(introspected.body.error_description).toBe('The client could not be authenticated.');
  });

  it('may use one method in a request', async () => {
    const { secret } = await registerSecret('double');
    const both = { ...byBasic('double', secret), form: { client_secret: secret } };
    expect(refusal(await send(TOKEN, PASSWORD, both))).toEqual([400, 'invalid_request', null]);
    const half = { ...byBasic('double', secret), form: { client_assertion_type: JWT_BEARER } };
    expect(refusal(await send(TOKEN, PASSWORD, half))).toEqual([400, 'invalid_request', null]);
  });

  it('has two secrets at a time, until the earlier one is retired or the client is disabled', async () => {
    const { id, secret: first } = await registerSecret('rotating');
    const second = await newSecret(id);
    const statusWith = async (secret: string) => (await send(TOKEN, PASSWORD, byBasic('rotating', secret))).status;
    expect([await statusWith(first), await statusWith(second)]).toEqual([200, 200]);
    await runOn(service, 'CLIENT_RETIRE_SECRET', id);
    expect([await statusWith(first), await statusWith(second)]).toEqual([401, 200]);
    await change(service, id, { Enabled: false });
    expect([await statusWith(second), await reasonsOf('rotating')]).toEqual([401, ['wrong-secret', 'client-disabled']]);
  });

  it('protects its tokens: nobody can refresh or revoke them without its secret', async () => {
    const { secret } = await registerSecret('owner');
    const { refresh, access } = tokensOf(await send(TOKEN, PASSWORD, byBasic('owner', secret)));
    const form = { grant_type: 'refresh_token', refresh_token: refresh };
    expect(refusal(await send(TOKEN, form))).toEqual([400, 'invalid_client', null]);
    expect(refusal(await send(TOKEN, form, { form: { client_id: 'not registered' } }))[1]).toBe('invalid_grant');
    for (const token of [refresh, access])
      expect(refusal(await send(REVOKE, { token }))).toEqual([400, 'invalid_client', null]);
    expect((await send(TOKEN, form, byBasic('owner', secret))).status).toBe(200);
  });

  it('is limited like a password when it is guessed, at the address of the guesses alone', async () => {
    const { secret } = await registerSecret('guessed');
    const from = newAddress();
    const failed: number[] = [];
    let blocked = await send(TOKEN, PASSWORD, byBasic('guessed', 'wrong'), from);
    for (let n = 0; blocked.status !== 429 && n < 20; n++) {
      failed.push(blocked.status);
      blocked = await send(TOKEN, PASSWORD, byBasic('guessed', `wrong ${n}`), from);
    }
    expect([failed.slice(0, 6), blocked.status, blocked.body.error]).toEqual([
      ...[Array(6).fill(401), 429, 'temporarily_unavailable'],
    ]);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send(TOKEN, PASSWORD, byBasic('guessed', secret))).status).toBe(200);
    expect(await reasonsOf('guessed')).toHaveLength(failed.length);
  });
});

describe('a client that is not registered', () => {
  it('stays a name: nothing beside it is checked', async () => {
    const tokens = tokensOf(await send(TOKEN, PASSWORD, byBasic('a stranger', 'anything')));
    expect(decodeJwt(tokens.access)['client_id']).toBe('a stranger');
    expect((await send(TOKEN, PASSWORD, byPost('another stranger', 'anything'))).status).toBe(200);
  });

  it('cannot sign: its assertion is refused', async () => {
    const stranger = await newSigner('stranger');
    const credentials = { form: signed(await stranger.assertion(service.url)) };
    expect(refusal(await send(TOKEN, PASSWORD, credentials))).toEqual([400, 'invalid_client', null]);
  });

  it('that is public may not authenticate once it is registered as public', async () => {
    await register(service, 'public', {});
    expect((await send(TOKEN, PASSWORD, { form: { client_id: 'public' } })).status).toBe(200);
    expect((await send(TOKEN, PASSWORD, byBasic('public', ''))).status).toBe(200);
    expect(refusal(await send(TOKEN, PASSWORD, byBasic('public', 'x')))).toEqual([401, 'invalid_client', CHALLENGE]);
  });

  it('leaves users as they are: a user with the role introspects by Basic and by a token', async () => {
    const { access: token } = await login(service, 'read', 'anything');
    for (const authorization of [basicOf('read'), `Bearer ${token}`])
      expect((await send(INTROSPECT, { token }, { headers: { authorization } })).body).toMatchObject({ active: true });
    const wrong = { headers: { authorization: basic('read@example.com', 'wrong') } };
    expect((await send(INTROSPECT, { token }, wrong)).status).toBe(401);
  });
});

describe('a client with private_key_jwt', () => {
  let signer: Signer;
  beforeAll(async () => {
    signer = await newSigner('signing');
    const keys = { AuthenticationMethod: 'private_key_jwt', Jwks: signer.jwks, Roles: 'Token-Introspect' };
    await register(service, 'signing', keys);
  });

  const assert = async (claims: object = {}, header: object = {}, path = TOKEN): Promise<Answer> =>
    send(path, { ...PASSWORD, token: 'x' }, { form: signed(await signer.assertion(service.url, claims, header)) });

  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])('authenticates with %s, without client_id', async (alg) => {
    const name = `signing with ${alg}`;
    const { jwks, assertion } = await newSigner(name, alg);
    await register(service, name, { AuthenticationMethod: 'private_key_jwt', Jwks: jwks });
    const { access } = tokensOf(await send(TOKEN, PASSWORD, { form: signed(await assertion(service.url)) }));
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
    const before = (await reasonsOf('signing')).length;
    expect(refusal(await assert(claims, header))).toEqual([400, 'invalid_client', null]);
    expect((await reasonsOf('signing')).slice(before)).toEqual([reason]);
  });

  it('is refused with the key of another, without a signature, and with another type of assertion', async () => {
    const forged = await (await newSigner('signing')).assertion(service.url);
    const [, payload] = (await signer.assertion(service.url)).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const valid = await signer.assertion(service.url);
    const forms = [signed(forged), signed(none), { ...signed(valid), client_assertion_type: 'urn:saml' }];
    for (const form of forms)
      expect(refusal(await send(TOKEN, PASSWORD, { form }))).toEqual([400, 'invalid_client', null]);
    expect((await reasonsOf('signing')).slice(-3)).toEqual([
      ...['assertion-signature', 'assertion-signature', 'assertion-type'],
    ]);
    const other = { ...signed(valid), client_id: 'another' };
    expect(refusal(await send(TOKEN, PASSWORD, { form: other }))).toEqual([400, 'invalid_request', null]);
  });

  it('is authenticated once by an assertion, also when it comes many times concurrently', async () => {
    const form = { ...OWN, ...signed(await signer.assertion(service.url)) };
    const answers = await times(12, () => send(TOKEN, form));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const message = 'The assertion was used before.';
    expect(answers.filter(({ body }) => body.error_description === message)).toHaveLength(11);
  });

  it('has keys behind a URL, which are fetched once; if that fails, the answer is 503', async () => {
    const remote = await newSigner('remote');
    let keys: string | undefined;
    const server = await serveKeys(() => keys);
    try {
      await register(service, 'remote', { AuthenticationMethod: 'private_key_jwt', JwksUri: server.url });
      const ask = async () => send(TOKEN, OWN, { form: signed(await remote.assertion(service.url)) });
      const failed = await ask();
      expect([failed.status, failed.body.error, failed.headers.has('retry-after')]).toEqual([
        ...[503, 'temporarily_unavailable', true],
      ]);
      keys = 'no JSON';
      expect((await ask()).status).toBe(503);
      keys = remote.jwks;
      expect((await ask()).status).toBe(200);
      expect([(await ask()).status, server.requests()]).toEqual([200, 3]);
    } finally {
      server.close();
    }
  });
});

describe('client credentials', () => {
  it('give a client a token of its own, with the roles of its record', async () => {
    const { id, secret } = await registerSecret('machine', { Roles: 'RefreshToken-List', AccessTokenTtl: 600 });
    const answer = await send(TOKEN, OWN, byBasic('machine', secret));
    expect(Object.keys(answer.body as object)).toEqual(['access_token', 'token_type', 'expires_in']);
    const { access_token: token, expires_in: life } = answer.body as { access_token: string; expires_in: number };
    keepSecret(token);
    const claims = decodeJwt(token);
    expect(Object.keys(claims).sort()).toEqual(['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'sub']);
    expect(claims).toMatchObject({ sub: 'machine', client_id: 'machine', aud: service.url });
    expect([life, the(claims.exp) - the(claims.iat)]).toEqual([600, 600]);
    const machine = service.client(`Bearer ${token}`);
    expect((await machine.get(`${RESOURCE}?size=1`)).status).toBe(200);
    expect((await machine.get(`${RESOURCE}/1`)).status).toBe(403);
    const { body } = await send(INTROSPECT, { token }, { headers: { authorization: basicOf('read') } });
    expect(body).toEqual({ active: true, token_type: 'bearer', ...claims });
    const [event] = await events(service, { Kind: 'client-token-issued', ClientId: 'machine' });
    expect(event).toMatchObject({ Actor: 'client:machine', Reason: 'client_secret_basic' });

    await change(service, id, { Roles: 'RefreshToken-Read RefreshToken-Create' });
    expect((await machine.get(`${RESOURCE}?size=1`)).status).toBe(403);
    const record = { Subject: 's', ClientId: 'c', ExpiresOn: '2030-01-01T00:00:00Z', ProtectedTicket: 'p' };
    const made = await machine.post(RESOURCE, { ...record, TicketHash: 'h', TicketSalt: 's' });
    expect([made.status, made.body.UpdatedBy]).toEqual([200, 'client:machine']);

    const revoked = await send(REVOKE, { token }, byBasic('machine', secret));
    expect(refusal(revoked)).toEqual([400, 'unsupported_token_type', null]);
    for (const changes of [{ Enabled: false }, { AllowedGrants: 'password' }, { AccessTokenTtl: 1 }]) {
      await change(service, id, changes);
      if ('AccessTokenTtl' in changes) await seconds(1.1);
      expect([changes, (await machine.get(`${RESOURCE}/1`)).status]).toEqual([changes, 401]);
      const inactive = await send(INTROSPECT, { token }, { headers: { authorization: basicOf('read') } });
      expect(inactive.body).toEqual({ active: false });
      await change(service, id, { Enabled: true, AllowedGrants: null, AccessTokenTtl: 600 });
      expect((await machine.get(`${RESOURCE}/99999999`)).status).toBe(404);
    }
  });

  it('are only for registered clients that authenticate and may use the grant', async () => {
    await register(service, 'public machine', {});
    const { secret } = await registerSecret('no machine', { AllowedGrants: 'password refresh_token' });
    const refused = [400, 'unauthorized_client', null];
    for (const client of ['public machine', 'not registered'])
      expect(refusal(await send(TOKEN, OWN, { form: { client_id: client } }))).toEqual(refused);
    expect(refusal(await send(TOKEN, OWN))).toEqual(refused);
    expect(refusal(await send(TOKEN, OWN, byBasic('no machine', secret)))).toEqual(refused);
  });

  it('need the role at introspection', async () => {
    const { secret } = await registerSecret('without role');
    const answer = await send(INTROSPECT, { token: 'x' }, byBasic('without role', secret));
    expect([answer.status, answer.body.error]).toEqual([403, 'insufficient_scope']);
  });
});

describe('an audience', () => {
  it('is what the record says, and a request chooses of it by `resource`', async () => {
    const [a, b] = ['https://a.example/api', 'urn:b'];
    const { secret } = await registerSecret('for others', { Audience: `${a}  ${b} ${service.url}` });
    const audienceOf = async (...resources: string[]): Promise<unknown> => {
      const body = new URLSearchParams(OWN);
      for (const resource of resources) body.append('resource', resource);
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basic('for%20others', secret),
      };
      const { status, body: answer } = await service.client().send('POST', TOKEN, { headers, body: body.toString() });
      return status === 200 ? decodeJwt(answer.access_token as string).aud : [status, answer.error];
    };
    expect(await audienceOf()).toEqual([a, b, service.url]);
    expect(await audienceOf(b)).toBe(b);
    expect(await audienceOf(b, a)).toEqual([a, b]);
    expect(await audienceOf(a, 'https://c.example')).toEqual([400, 'invalid_target']);
    const session = tokensOf(await send(TOKEN, { ...PASSWORD, resource: a }, byBasic('for others', secret)));
    expect(decodeJwt(session.access).aud).toBe(a);
    expect((await service.client(`Bearer ${session.access}`).get(RESOURCE)).status).toBe(401);
    const { body } = await send(INTROSPECT, { token: session.access }, { headers: { authorization: basicOf('read') } });
    expect(body).toMatchObject({ active: true, aud: a });
    const form = { grant_type: 'refresh_token', refresh_token: session.refresh };
    const whole = tokensOf(await send(TOKEN, form, byBasic('for others', secret)));
    expect((await service.client(`Bearer ${whole.access}`).get(RESOURCE)).status).toBe(200);
  });

  it('of other clients is the service alone', async () => {
    expect((await send(TOKEN, { ...PASSWORD, resource: service.url })).status).toBe(200);
    const other = await send(TOKEN, { ...PASSWORD, resource: 'https://a.example' });
    expect(refusal(other)).toEqual([400, 'invalid_target', null]);
  });
});

describe('the roles of a client', () => {
  it('can be given, and its secret made, only by a user who has them', async () => {
    const admin = service.client(basicOf('admin'));
    expect((await admin.get('/api/sys/clients?size=1')).status).toBe(200);
    const { secret } = await registerSecret('registrar', { Roles: 'Client-Create Client-Edit Client-Read' });
    const { body } = await send(TOKEN, OWN, byBasic('registrar', secret));
    const registrar = service.client(`Bearer ${String(body.access_token)}`);
    const powerful = { ...VALID, ClientId: 'powerful', Roles: 'RefreshToken-Delete' };
    expect((await registrar.post('/api/sys/clients', powerful)).status).toBe(403);
    expect((await registrar.post('/api/sys/clients', { ...powerful, Roles: 'Client-Read' })).status).toBe(200);
    const id = await register(service, 'stronger', { ...VALID, Roles: 'RefreshToken-Delete' });
    const { body: record } = await registrar.get(`/api/sys/clients/${id}`);
    expect((await registrar.put('/api/sys/clients', { ...record, Roles: null })).status).toBe(403);
    const run = { Key: 'CLIENT_MAKE_SECRET', Ids: [id] };
    expect((await registrar.post('/api/sys/clients/runcommand', run)).status).toBe(403);
    expect((await tryChange(service, id, { Roles: 'Client-Read' })).status).toBe(200);
  });
});

// These two restart the service, so they come last.
it('a client that another program wrote into the database cannot authenticate, nor keep its token', async () => {
  const { secret } = await registerSecret('tampered', { Roles: 'RefreshToken-List' });
  const { body } = await send(TOKEN, OWN, byBasic('tampered', secret));
  const id = await register(service, 'planted', { AuthenticationMethod: 'client_secret_basic' });
  await service.end();
  await runSql(
    service.dataDir,
    `UPDATE clients SET roles = 'RefreshToken-List RefreshToken-Delete' WHERE client_id = 'tampered';
    UPDATE clients SET secret_hash = (SELECT secret_hash FROM clients WHERE client_id = 'tampered') WHERE client_id = 'planted'`,
  );
  await service.resume();
  expect((await service.client(`Bearer ${String(body.access_token)}`).get(RESOURCE)).status).toBe(401);
  for (const name of ['tampered', 'planted']) {
    expect(refusal(await send(TOKEN, OWN, byBasic(name, secret)))).toEqual([401, 'invalid_client', CHALLENGE]);
    expect(await reasonsOf(name)).toEqual(['client-tampered']);
  }
  await expect(runOn(service, 'CLIENT_MAKE_SECRET', id)).rejects.toThrow('409');
  await change(service, id, {});
  expect(refusal(await send(TOKEN, OWN, byBasic('planted', secret)))[0]).toBe(401);
  const made = await newSecret(id);
  expect((await send(TOKEN, OWN, byBasic('planted', made))).status).toBe(200);
});

it('with API_AUDIENCE, only a token for that audience opens the routes of the service', async () => {
  const audience = 'https://tessera.example/administration';
  const { secret } = await registerSecret('administration', { Audience: audience });
  await service.end();
  await service.resume({ API_AUDIENCE: audience });
  const app = await login(service, 'all', 'an app');
  const administration = tokensOf(await send(TOKEN, PASSWORD, byBasic('administration', secret)));
  const statusOf = async (token: string) => (await service.client(`Bearer ${token}`).get(RESOURCE)).status;
  expect([await statusOf(app.access), await statusOf(administration.access)]).toEqual([401, 200]);
  const { body } = await send(INTROSPECT, { token: app.access }, { headers: { authorization: basicOf('read') } });
  expect(body).toMatchObject({ active: true, aud: service.url });
});
