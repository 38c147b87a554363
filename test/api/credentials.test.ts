import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWTPayload } from 'jose';
import { createHmac } from 'node:crypto';
import { basic, basicOf, bearerOf, passwordOf, RESOURCE, type Answer, type Client } from '../support/client.js';
import { encodePart, signJwt, stealKey, withOtherSignature, type StolenKey } from '../support/forge.js';
import { Service } from '../support/service.js';

const b64 = (text: string) => Buffer.from(text).toString('base64');
const INVALID = 'The credentials are not valid, or no longer.';
const ABSENT = 'Sign in: this needs a Bearer token or Basic credentials.';
const BASIC_CHALLENGE = 'Bearer, Basic realm="Tessera", charset="UTF-8"';
const admin = `admin@example.com`;

describe('credentials', () => {
  let service: Service;
  let token: string;
  let claims: JWTPayload;
  let key: StolenKey;
  /** A token of the user list, issued before an operator disabled that user. */
  let disabled: string;

  beforeAll(async () => {
    service = await Service.start();
    token = (await bearerOf(service.client(), 'admin')).replace('Bearer ', '');
    claims = decodeJwt(token);
    disabled = await bearerOf(service.client(), 'list');
    expect((await service.client(disabled).get(RESOURCE)).status).toBe(200);
    await service.freeData();
    key = await stealKey(service.dataDir, `UPDATE users SET enabled = false WHERE email = 'list@example.com'`);
    await service.resume();
  });
  afterAll(() => service.dispose());

  const ask = (authorization?: string): Promise<Answer> => service.client(authorization).get(RESOURCE);
  const header = () => ({ alg: 'ES256', typ: 'at+jwt', kid: key.kid });
  const now = () => Math.floor(Date.now() / 1000);

  function expectRefusal({ status, headers, body }: Answer, message: string, challenge: string): void {
    expect(Object.entries(body)).toEqual([
      ['Status', 401],
      ['Message', message],
      ['Value', null],
      ['Errors', null],
      ['WasSuccessful', false],
    ]);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe(challenge);
  }

  it('are asked for when there are none', async () => {
    expectRefusal(await ask(), ABSENT, 'Bearer');
    const client: Client = service.client();
    for (const method of ['POST', 'PUT']) expect((await client.send(method, RESOURCE)).status).toBe(401);
    expect((await client.get(`${RESOURCE}/x`)).status).toBe(401);
    expect((await client.get(`${RESOURCE}?id=[1]`)).status).toBe(401);
  });

  it.each([
    basicOf('admin'),
    `basic ${b64(`${admin}:${passwordOf('admin')}`)}`,
    `BASIC   ${b64(`${admin}:${passwordOf('admin')}`)}`,
    basic('ADMIN@Example.com', passwordOf('admin')),
    basicOf('all'),
  ])('are accepted: %s', async (authorization) => {
    for (let i = 0; i < 2; i++) expect((await ask(authorization)).status).toBe(200);
  });

  it.each([
    ['nothing', 'Basic'],
    ['a blank', 'Basic '],
    ['no base64', 'Basic !!!!'],
    ['clear text', `Basic ${admin}:${passwordOf('admin')}`],
    ['no colon', `Basic ${b64(admin)}`],
    ['nothing, encoded', `Basic ${b64('')}`],
    ['a colon', `Basic ${b64(':')}`],
    ['no user', `Basic ${b64(`:${passwordOf('admin')}`)}`],
    ['no password', `Basic ${b64(`${admin}:`)}`],
    ['a password up to its colon', basic(admin, 'correct horse')],
    ['a password without its last character', basic(admin, passwordOf('admin').slice(0, -1))],
    ['a password with an extra character', basic(admin, `${passwordOf('admin')}x`)],
    ['a password in other case', basic(admin, passwordOf('admin').toUpperCase())],
    ["another user's password", basic('all@example.com', passwordOf('admin'))],
    ['an unknown user', basic('nobody@example.com', passwordOf('admin'))],
    ['a disabled user', basicOf('list')],
    ['a NUL after the user', basic(`${admin}\0`, passwordOf('admin'))],
    ['a blank after the user', basic(`${admin} `, passwordOf('admin'))],
    ['SQL', basic(`' OR '1'='1`, `' OR '1'='1`)],
    ['a wildcard', basic('%', passwordOf('admin'))],
    ['bytes that are not UTF-8', `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0xff]).toString('base64')}`],
    ['two credentials', `${basicOf('admin')}, ${basicOf('admin')}`],
    ['10,000 characters', basic('x'.repeat(5_000), 'y'.repeat(2_000))],
  ])('are refused when Basic has %s, and all refusals are the same', async (_what, authorization) => {
    expectRefusal(await ask(authorization), INVALID, BASIC_CHALLENGE);
  });

  it.each(['Digest x', 'Bearer', 'Bearer ', 'Token x', b64('a:b'), 'Negotiate', ',', 'Bearer a.b.c', 'Bearer null'])(
    'are refused when they have another scheme or no token: %s',
    async (authorization) => {
      const isBearer = authorization.startsWith('Bearer');
      expectRefusal(await ask(authorization), INVALID, isBearer ? 'Bearer error="invalid_token"' : 'Bearer');
    },
  );

  it('are accepted as a Bearer token, in any case of the scheme', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) expect((await ask(`${scheme} ${token}`)).status).toBe(200);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: key.kid });
  });

  it('can be signed with the service’s key: the forgeries below fail for the reason in their title', async () => {
    expect((await ask(`Bearer ${await signJwt(header(), claims, key.jwk)}`)).status).toBe(200);
  });

  it('may be a token of an earlier version, whose jti was random, with either of its two signatures', async () => {
    const earlier = await signJwt(header(), { ...claims, jti: crypto.randomUUID() }, key.jwk);
    for (const either of [earlier, withOtherSignature(earlier)])
      expect((await ask(`Bearer ${either}`)).status).toBe(200);
  });

  const signed = (changes: JWTPayload) => () => signJwt(header(), { ...claims, ...changes }, key.jwk);
  const headed = (changes: object) => () => signJwt({ ...header(), ...changes }, claims, key.jwk);
  const parts = () => token.split('.') as [string, string, string];
  const hmac = (secret: string | Buffer) => {
    const input = `${encodePart({ ...header(), alg: 'HS256' })}.${encodePart(claims)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };

  it.each<[string, () => string | Promise<string>]>([
    ['has the algorithm none', () => `${encodePart({ ...header(), alg: 'none' })}.${encodePart(claims)}.`],
    [
      'has the algorithm None and a signature',
      () => `${encodePart({ ...header(), alg: 'None' })}.${parts()[1]}.${parts()[2]}`,
    ],
    ['is HS256 under the public key (PEM)', () => hmac(key.publicKey.export({ type: 'spki', format: 'pem' }))],
    ['is HS256 under the public key (DER)', () => hmac(key.publicKey.export({ type: 'spki', format: 'der' }))],
    ['is HS256 under the public key (JWK)', () => hmac(JSON.stringify(key.publicKey.export({ format: 'jwk' })))],
    ['is HS256 under an empty key', () => hmac('')],
    [
      'is signed with another key under our kid',
      async () =>
        signJwt(header(), claims, await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)),
    ],
    [
      'brings its own key',
      async () => {
        const pair = await generateKeyPair('ES256', { extractable: true });
        const jwk = await exportJWK(pair.publicKey);
        return signJwt({ ...header(), jwk }, claims, await exportJWK(pair.privateKey));
      },
    ],
    ['has no kid', headed({ kid: undefined })],
    ['has an unknown kid', headed({ kid: 'other' })],
    ['has a kid that is not text', headed({ kid: 7 })],
    ['has the kid __proto__', headed({ kid: '__proto__' })],
    ['has no type', headed({ typ: undefined })],
    ['has the type JWT', headed({ typ: 'JWT' })],
    ['has a type that is not text', headed({ typ: { at: 'jwt' } })],
    ['expired', () => signed({ iat: now() - 7200, exp: now() - 3600 })()],
    ['expired this second', () => signed({ exp: now() })()],
    ['never expires', () => signed({ exp: undefined as never })()],
    ['is not valid yet', () => signed({ nbf: now() + 3600 })()],
    ['is from another issuer', () => signed({ iss: 'https://elsewhere.example.com' })()],
    ['is from no issuer', () => signed({ iss: undefined as never })()],
    ['is for another audience', () => signed({ aud: 'https://elsewhere.example.com' })()],
    ['is for no audience', () => signed({ aud: undefined as never })()],
    ['has an unknown user as its subject', () => signed({ sub: 'nobody@example.com' })()],
    ['has no subject', () => signed({ sub: undefined as never })()],
    ['has a number as its subject', () => signed({ sub: 1 as never })()],
    ['has other claims', () => `${parts()[0]}.${encodePart({ ...claims, sub: 'all@example.com' })}.${parts()[2]}`],
    ['has another signature', () => `${parts()[0]}.${parts()[1]}.${flipped(parts()[2])}`],
    ['has a signature of zeros', () => `${parts()[0]}.${parts()[1]}.${Buffer.alloc(64).toString('base64url')}`],
    ['has the other valid signature of its text', () => withOtherSignature(token)],
    ['has no signature', () => `${parts()[0]}.${parts()[1]}.`],
    ['has no third part', () => `${parts()[0]}.${parts()[1]}`],
    ['is cut short', () => token.slice(0, -8)],
    ['is cut at the front', () => token.slice(1)],
    ['is written twice', () => `${token}${token}`],
    ['has a fourth part', () => `${token}.x`],
    ['has a header that is not JSON', () => `${Buffer.from('{').toString('base64url')}.${parts()[1]}.${parts()[2]}`],
    ['has 10,000 characters', () => `${parts()[0]}.${'x'.repeat(10_000)}.${parts()[2]}`],
    ['belongs to a user who is now disabled', () => disabled.replace('Bearer ', '')],
  ])('are refused when the token %s', async (_what, forge) => {
    expectRefusal(await ask(`Bearer ${await forge()}`), INVALID, 'Bearer error="invalid_token"');
  });

  it('are not read from a query or a body', async () => {
    expect((await service.client().get(`${RESOURCE}?access_token=${token}`)).status).toBe(401);
    expect((await service.client().form('POST', RESOURCE, { access_token: token })).status).toBe(401);
  });
});

/** The signature with one bit of its first byte flipped. */
function flipped(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes.toString('base64url');
}
