import { decodeJwt } from 'jose';
import { basicOf, bearerOf, create, RESOURCE, type Answer } from '../support/client.js';
import { runCli } from '../support/cli.js';
import { Service } from '../support/service.js';
import {
  askRefresh,
  disposeWithoutLeaks,
  expectRefused,
  introspect,
  isAlive,
  login,
  recordOf,
  refresh,
  revoke,
  seconds,
  sessionOf,
  story,
  the,
  TOKEN,
  type Tokens,
} from '../support/sessions.js';

const INACTIVE = '{"active":false}';
const GARBAGE = ['x', 'tsr_x', `tsr_${'A'.repeat(88)}`, 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', ' ', 'x'.repeat(50_000)];
const ACCESS_TOKEN_TTL = 12;

let service: Service;
beforeAll(async () => {
  service = await Service.start({ ACCESS_TOKEN_TTL: String(ACCESS_TOKEN_TTL) });
});
afterAll(() => disposeWithoutLeaks(service));

const post = (path: string, fields: Record<string, string>, authorization?: string): Promise<Answer> =>
  service.client(authorization).form('POST', path, fields);

describe('revocation', () => {
  const CASES: [string, (first: Tokens, second: Tokens) => string][] = [
    ['the current refresh token', (_first, second) => second.refresh],
    ['the previous refresh token', (first) => first.refresh],
    ['an access token', (_first, second) => second.access],
    ['an earlier access token', (first) => first.access],
  ];
  it.each(CASES)('of %s ends the session, and says nothing when it is done again', async (_what, pick) => {
    const first = await login(service, 'all', 'revoked');
    const second = await refresh(service, first, 'revoked');
    for (let time = 0; time < 2; time++) {
      const answer = await revoke(service, pick(first, second), 'revoked');
      expect([answer.status, answer.text]).toEqual([200, '{}']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    for (const tokens of [first, second]) {
      expect(await isAlive(service, tokens)).toBe(false);
      await expectRefused(service, tokens.refresh, 'revoked');
    }
    expect(await recordOf(service, first)).toBeUndefined();
    expect(await story(service, first)).toContain('session-ended: revoked');
  });

  it.each(['refresh', 'access'] as const)('by another client is refused: %s token', async (kind) => {
    const tokens = await login(service, 'all', 'owner');
    const { status, body } = await revoke(service, tokens[kind], 'thief');
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    expect(await isAlive(service, tokens)).toBe(true);
  });

  it('needs no client_id where none was named, and takes any hint', async () => {
    const tokens = await login(service, 'all');
    expect((await post(`${TOKEN}/revoke`, { token: tokens.refresh, token_type_hint: 'access_token' })).status).toBe(
      200,
    );
    expect(await isAlive(service, tokens)).toBe(false);
  });

  it('of a token from an earlier login ends nothing', async () => {
    const earlier = await login(service, 'all', 'twice');
    const later = await login(service, 'all', 'twice');
    expect((await revoke(service, earlier.refresh, 'twice')).status).toBe(200);
    await refresh(service, later, 'twice');
  });

  it.each(GARBAGE)('of what was never issued says nothing: %p', async (token) => {
    const { status, text } = await revoke(service, token);
    expect([status, text]).toEqual([200, '{}']);
  });

  it('of nothing is refused', async () => {
    const { status, body } = await revoke(service, '');
    expect([status, body.error]).toEqual([400, 'invalid_request']);
    expect((await service.client().post(`${TOKEN}/revoke`, { token: 'x' })).body.error).toBe('invalid_request');
  });
});

describe('introspection', () => {
  it('returns the owner and the expiry of a refresh token', async () => {
    const tokens = await login(service, 'all', 'introspected');
    const { status, body } = await introspect(service, tokens.refresh);
    const record = the(await recordOf(service, tokens));
    const { auth_time: authTime } = decodeJwt(tokens.access);
    expect([status, body]).toEqual([
      200,
      {
        active: true,
        iss: service.url,
        sub: 'all@example.com',
        username: 'all@example.com',
        client_id: 'introspected',
        sid: record.UniqueId,
        iat: expect.any(Number) as number,
        exp: Date.parse(record.ExpiresOn) / 1000,
        auth_time: authTime,
        amr: ['pwd'],
      },
    ]);
  });

  it('returns the claims of an access token', async () => {
    const { access } = await login(service, 'all', 'introspected');
    const { body } = await introspect(service, access);
    expect(body).toEqual({ active: true, token_type: 'bearer', username: 'all@example.com', ...decodeJwt(access) });
  });

  it('says the same of all that is not active, to the byte', async () => {
    const rotated = await login(service, 'all', 'rotated');
    await refresh(service, rotated, 'rotated');
    const superseded = await login(service, 'all', 'superseded');
    await login(service, 'all', 'superseded');
    const revoked = await login(service, 'all', 'over');
    await revoke(service, revoked.refresh, 'over');
    const [header, claims] = (await login(service, 'all', 'forged')).access.split('.');
    const expired = await login(service, 'all', 'expired');
    await seconds(ACCESS_TOKEN_TTL + 1);
    const inactive = [rotated.refresh, superseded.refresh, revoked.refresh, revoked.access, expired.access];
    for (const token of [...GARBAGE, ...inactive, `${header}.${claims}.${'A'.repeat(86)}`]) {
      const { status, text, headers } = await introspect(service, token);
      expect([status, text, headers.get('content-length')]).toEqual([200, INACTIVE, String(INACTIVE.length)]);
    }
  });

  it('needs the role Token-Introspect or RefreshToken-Read', async () => {
    const { refresh: token } = await login(service, 'all', 'asked');
    const path = `${TOKEN}/introspect`;
    const without = await post(path, { token });
    expect([without.status, without.body.error]).toEqual([401, 'invalid_client']);
    expect(without.headers.get('www-authenticate')).toContain('Bearer');
    const wrong = await post(path, { token }, basicOf('list'));
    expect([wrong.status, wrong.body.error]).toEqual([403, 'insufficient_scope']);
    expect(wrong.body.error_description).toBe('This needs the role Token-Introspect or RefreshToken-Read.');
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    expect((await post(path, { token }, basicOf('read'))).body.active).toBe(true);
    expect((await post(path, { token }, await bearerOf(service.client(), 'read'))).body.active).toBe(true);
    expect((await post(path, {}, basicOf('read'))).body.error).toBe('invalid_request');
    await service.freeData();
    expect((await runCli(service.dataDir, ['users', 'grant', 'none@example.com', 'Token-Introspect'])).code).toBe(0);
    await service.resume();
    expect((await post(path, { token }, basicOf('none'))).body.active).toBe(true);
    expect((await service.client(basicOf('none')).get(`${RESOURCE}/1`)).status).toBe(403);
  });
});

describe('discovery', () => {
  it('advertises what works, and nothing else', async () => {
    const { status, headers, body } = await service.client().get('/.well-known/oauth-authorization-server');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^application\/json/)]);
    expect(body.issuer).toBe(service.url);
    const paths = Object.entries(body as Record<string, string>)
      .filter(([name]) => /_(endpoint|uri|documentation)$/.test(name))
      .map(([, url]) => url);
    expect(paths).toHaveLength(6);
    for (const url of paths) {
      const method = url.includes('/api/') ? 'POST' : 'GET';
      const answer = await fetch(url, { method });
      expect(answer.url.startsWith(service.url)).toBe(true);
      expect([404, 405, 500]).not.toContain(answer.status);
    }
    for (const grant of body.grant_types_supported as string[]) {
      const { body: refusal } = await post(TOKEN, { grant_type: grant });
      expect(refusal.error).toBe(grant === 'client_credentials' ? 'unauthorized_client' : 'invalid_request');
    }
    expect(Object.values(body as object).filter((value) => value === null)).toEqual([]);
  });

  it('shows public keys and nothing private', async () => {
    const { body } = await service.client().get('/.well-known/jwks.json');
    for (const key of body.keys as object[])
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(body.keys).toHaveLength(1);
  });
});

it('a search finds a session by the sid of its access tokens', async () => {
  const tokens = await login(service, 'all', 'found');
  const id = await create(service.client(basicOf('admin')));
  expect(the(await recordOf(service, tokens)).UniqueId).toBe(sessionOf(tokens));
  expect((await service.client(basicOf('read')).get(`${RESOURCE}/${id}`)).status).toBe(200);
  expect((await askRefresh(service, tokens.refresh, 'found')).status).toBe(200);
});
