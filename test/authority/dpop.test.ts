import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { createHmac } from 'node:crypto';
import { ProofTargets } from '../../src/proofs/proof-target.js';
import { RESOURCE, type Answer } from '../support/client.js';
import { encodePart } from '../support/forge.js';
import { askWith, call, loginWith, passwordForm, ProvingKey, refreshWith, type Proved } from '../support/proofs.js';
import { raw } from '../support/raw.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  introspect,
  isAlive,
  login,
  REFUSED,
  revoke,
  sessionOf,
  story,
  times,
  TOKEN,
  tokensOf,
  untilStale,
} from '../support/sessions.js';

const ALGORITHMS = 'ES256 ES384 ES512 Ed25519 EdDSA PS256 RS256';
const INVALID = 'The DPoP proof is not valid: ';
const PASSWORD = passwordForm('all', 'phone');

let service: Service;
let key: ProvingKey;
let other: ProvingKey;
beforeAll(async () => {
  [service, key, other] = await Promise.all([Service.start(), ProvingKey.make(), ProvingKey.make()]);
});
afterAll(() => disposeWithoutLeaks(service));

const seconds = (): number => Math.floor(Date.now() / 1000);
const now = (change: number): Proved => ({ claims: { iat: seconds() + change } });

/** A bad proof: what is wrong with it, the changes or the text that make it bad, and the reason that the answer has. */
type BadProof = readonly [
  what: string,
  made: (good: string) => Proved | string | Promise<Proved | string>,
  reason: string,
];

const BAD: readonly BadProof[] = [
  ['of another method', () => ({ claims: { htm: 'DELETE' } }), 'its htm is not the method'],
  ['of another server', () => ({ claims: { htu: 'https://evil.example/api/token' } }), 'its htu is not the URL'],
  ['of another path', () => ({ claims: { htu: `${service.url}/api/other` } }), 'its htu is not the URL'],
  ['of another port', () => ({ claims: { htu: `http://127.0.0.1:1${TOKEN}` } }), 'its htu is not the URL'],
  ['of a URL that is none', () => ({ claims: { htu: TOKEN } }), 'its htu is not the URL'],
  ['without a URL', () => ({ claims: { htu: undefined } }), 'its htu is not the URL'],
  ['that is too old', () => now(-75), 'its iat is not recent'],
  ['from the future', () => now(75), 'its iat is not recent'],
  ['without a time', () => ({ claims: { iat: undefined } }), 'it has no iat'],
  ['with a time that is a text', () => ({ claims: { iat: String(seconds()) } }), 'it has no iat'],
  ['with a time that no calendar has', () => ({ claims: { iat: 1e300 } }), 'it has no iat'],
  ['without an id', () => ({ claims: { jti: undefined } }), 'it has no jti'],
  ['with an empty id', () => ({ claims: { jti: '' } }), 'it has no jti'],
  ['with a nonce that is no text', () => ({ claims: { nonce: 5 } }), 'its nonce is not a text'],
  ['that is another kind of JWT', () => ({ header: { typ: 'JWT' } }), 'its typ is not dpop+jwt'],
  ['without a kind', () => ({ header: { typ: undefined } }), 'its typ is not dpop+jwt'],
  ['without a key', () => ({ header: { jwk: undefined } }), 'its header has no jwk'],
  ['by another key', () => ({ header: { jwk: other.jwk } }), 'its signature is wrong'],
  ['with its private key', async () => ({ header: { jwk: await key.privateJwk() } }), 'its jwk is not a public key'],
  ['with half a key', () => ({ header: { jwk: { ...key.jwk, y: undefined } } }), 'its jwk is not a key for its alg'],
  ['with the key of another curve', () => ({ header: { jwk: { ...key.jwk, crv: 'P-384' } } }), 'its jwk is not a key'],
  ['that is not signed', (good) => unsigned(good), 'its alg is none of'],
  ['that is signed with a secret', (good) => signedWithSecret(good), 'its alg is none of'],
  ['with a changed signature', (good) => `${good.slice(0, -8)}AAAAAAAA`, 'its signature is wrong'],
  ['that is no JWT', () => 'proof', 'it is not a JWT'],
  ['that is empty', () => '', 'it is not a JWT'],
  ['that was sent twice', (good) => `${good}, ${good}`, 'there is more than one header DPoP'],
];

function unsigned(good: string): string {
  const [, payload = ''] = good.split('.');
  return `${encodePart({ typ: 'dpop+jwt', alg: 'none', jwk: key.jwk })}.${payload}.`;
}

function signedWithSecret(good: string): string {
  const [, payload = ''] = good.split('.');
  const signed = `${encodePart({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } })}.${payload}`;
  return `${signed}.${createHmac('sha256', 'secret').update(signed).digest('base64url')}`;
}

/** The text of a bad proof for a request. */
async function badProof(made: BadProof[1], request: Proved): Promise<string> {
  const bad = await made(await key.prove(service, request));
  return typeof bad === 'string' ? bad : key.prove(service, { ...request, ...bad });
}

function expectBadProof({ status, headers, body }: Answer, reason: string): void {
  expect([status, body.error]).toEqual([400, 'invalid_dpop_proof']);
  expect(body.error_description).toContain(INVALID + reason);
  expect(headers.get('dpop-nonce')).toBeNull();
}

function expectChallenge({ status, headers, body }: Answer, error: string, message: string): void {
  expect([status, headers.get('www-authenticate')]).toEqual([401, `DPoP error="${error}", algs="${ALGORITHMS}"`]);
  expect(headers.get('dpop-nonce')).toBeNull();
  const { Message, ...others } = body as Record<string, unknown>;
  expect(Message).toContain(message);
  expect(others).toEqual({ Status: 401, Value: null, Errors: null, WasSuccessful: false });
}

describe('the token endpoint', () => {
  it.each(ALGORITHMS.split(' '))(
    'binds the tokens of a sign-in and of a refresh to the key of a proof: %s',
    async (alg) => {
      const own = await ProvingKey.make(alg);
      const first = await askWith(service, await own.prove(service), passwordForm('all', alg));
      const second = await refreshWith(service, own, tokensOf(first).refresh);
      for (const answer of [first, second]) {
        expect([answer.status, answer.body.token_type]).toEqual([200, 'DPoP']);
        expect(decodeJwt(tokensOf(answer).access)['cnf']).toEqual({ jkt: own.jkt });
        expect((await call(service, own, tokensOf(answer).access)).status).toBe(200);
      }
    },
  );

  it('gives bearer tokens to a request without a proof', async () => {
    const { body } = await service.client().form('POST', TOKEN, PASSWORD);
    expect([body.token_type, decodeJwt(body.access_token as string)['cnf']]).toEqual(['bearer', undefined]);
  });

  it.each(BAD)('refuses a proof %s, by RFC 9449', async (_what, made, reason) => {
    const proof = await badProof(made, { method: 'POST', path: TOKEN });
    expectBadProof(await service.client().form('POST', TOKEN, PASSWORD, { dpop: proof }), reason);
  });

  it('refuses two headers with a proof', async () => {
    const body = new URLSearchParams(PASSWORD).toString();
    const proofs = await times(2, () => key.prove(service));
    const headers = [
      `Host: ${new URL(service.url).host}`,
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
      ...proofs.map((proof) => `DPoP: ${proof}`),
      'Connection: close',
    ];
    const { status, text } = await raw(service.url, `POST ${TOKEN} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
    expect([status, text]).toEqual([400, expect.stringContaining('there is more than one header DPoP')]);
  });

  it('takes the URL in every spelling that means the same', async () => {
    const { port } = new URL(service.url);
    for (const htu of [
      `HTTP://127.0.0.1:${port}${TOKEN}`,
      `${service.url}/api//token/?a=b#c`,
      `${service.url}/%61pi/token`,
    ]) {
      const { status } = await askWith(service, await key.prove(service, { claims: { htu } }), PASSWORD);
      expect([htu, status]).toEqual([htu, 200]);
    }
  });

  it('takes a proof once, however many requests carry it concurrently, and not for a key that is remembered', async () => {
    const proof = await key.prove(service);
    const answers = await times(12, () => askWith(service, proof, PASSWORD));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) expectBadProof(answer, 'it was used before');
    // Another client may use the same id.
    const { jti } = decodeJwt(proof);
    expect((await askWith(service, await other.prove(service, { claims: { jti } }), PASSWORD)).status).toBe(200);
  });

  it('asks for another nonce when it did not make the nonce of a proof', async () => {
    for (const nonce of ['', 'x', 'A'.repeat(30)]) {
      const answer = await askWith(service, await key.prove(service, { claims: { nonce } }), PASSWORD);
      expect([answer.status, answer.body.error]).toEqual([400, 'use_dpop_nonce']);
      const fresh = answer.headers.get('dpop-nonce');
      expect((await askWith(service, await key.prove(service, { claims: { nonce: fresh } }), PASSWORD)).status).toBe(
        200,
      );
    }
  });

  it('refuses every proof with one changed character, and every text, without a fault of its own', async () => {
    const good = await key.prove(service);
    const places = fc.record({ at: fc.nat(good.length - 1), to: fc.constantFrom(...'AZaz09-_.') });
    const changed = places
      .filter(({ at, to }) => good[at] !== to)
      // The last character of a part has bits that no byte needs.
      .filter(({ at }) => good[at + 1] !== '.' && at < good.length - 1)
      .map(({ at, to }) => good.slice(0, at) + to + good.slice(at + 1));
    const texts = fc.oneof(changed, fc.stringMatching(/^[!-~]{0,300}$/), fc.base64String({ maxLength: 200 }));
    await fc.assert(
      fc.asyncProperty(texts, async (proof) => {
        const { status, body } = await service.client().form('POST', TOKEN, PASSWORD, { dpop: proof });
        expect([status, body.error]).toEqual([400, 'invalid_dpop_proof']);
      }),
      { numRuns: 150 },
    );
    expect((await askWith(service, good, PASSWORD)).status).toBe(200);
  });
});

describe('a protected route', () => {
  let access: string;
  beforeAll(async () => {
    ({ access } = await loginWith(service, key, 'routes'));
  });

  it.each(BAD)('refuses a proof %s, in the contract’s form', async (_what, made, reason) => {
    const dpop = await badProof(made, { method: 'GET', path: RESOURCE, access });
    const answer = await service.client(`DPoP ${access}`).send('GET', RESOURCE, { headers: { dpop } });
    expectChallenge(answer, 'invalid_dpop_proof', INVALID + reason);
  });

  it('refuses a proof of another access token, and one of no access token', async () => {
    const { access: another } = await loginWith(service, key, 'another');
    for (const proved of [{ access: another }, { claims: { ath: undefined } }, { claims: { ath: access } }])
      expectChallenge(await call(service, key, access, proved), 'invalid_dpop_proof', 'its ath is not the hash');
  });

  it('refuses a proof by another key than that of the token', async () => {
    expectChallenge(await call(service, other, access), 'invalid_token', 'is not the key of the access token');
  });

  it('refuses a bound token without a proof, and a bound token that is sent as a bearer token', async () => {
    const without = await service.client(`DPoP ${access}`).get(RESOURCE);
    expectChallenge(without, 'invalid_dpop_proof', 'the request has no header DPoP');
    const dpop = await key.prove(service, { method: 'GET', path: RESOURCE, access });
    for (const headers of [{}, { dpop }] as Record<string, string>[]) {
      const answer = await service.client(`Bearer ${access}`).send('GET', RESOURCE, { headers });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        `Bearer error="invalid_token", DPoP algs="${ALGORITHMS}"`,
      ]);
      expect(answer.body.Message).toBe(
        'The access token is bound to a key: send it as DPoP, with a proof of this key.',
      );
    }
    // The refused requests did not use the proof.
    expect((await service.client(`DPoP ${access}`).send('GET', RESOURCE, { headers: { dpop } })).status).toBe(200);
  });

  it('refuses a bearer token that is sent as a bound token, and what is no token', async () => {
    const bearer = await login(service, 'all', 'unbound');
    for (const token of [bearer.access, `${access}x`, bearer.refresh])
      expectChallenge(await call(service, key, token), 'invalid_token', 'not valid, or no longer');
    expect(await isAlive(service, bearer)).toBe(true);
  });

  it('takes a proof once, however many requests carry it concurrently', async () => {
    const dpop = await key.prove(service, { method: 'GET', path: RESOURCE, access });
    const answers = await times(12, () =>
      service.client(`DPoP ${access}`).send('GET', RESOURCE, { headers: { dpop } }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expectChallenge(answer, 'invalid_dpop_proof', 'it was used before');
  });

  it('answers a missing role in the scheme of the request, and introspection in the form of OAuth', async () => {
    const { access: none } = await loginWith(service, key, 'none', 'none');
    const refused = await call(service, key, none);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([403, 'DPoP error="insufficient_scope"']);
    const path = `${TOKEN}/introspect`;
    const client = service.client(`DPoP ${access}`);
    const dpop = await key.prove(service, { path, access });
    const headers = { dpop };
    expect((await client.form('POST', path, { token: access }, headers)).body.active).toBe(true);
    const again = await client.form('POST', path, { token: access }, headers);
    expect([again.status, again.body.error]).toEqual([401, 'invalid_dpop_proof']);
  });
});

describe('a session that is bound to a key', () => {
  const ISSUED_TO_KEY = 'refresh-refused: unproven-key';

  it('is refreshed by this key alone, and any other attempt changes nothing', async () => {
    const tokens = await loginWith(service, key, 'bound');
    for (const wrong of [undefined, other]) {
      const { status, body } = await refreshWith(service, wrong, tokens.refresh);
      expect([status, body]).toEqual([400, REFUSED]);
    }
    expect(await story(service, tokens)).toEqual(['login: pwd', ISSUED_TO_KEY, ISSUED_TO_KEY]);
    const { status, body } = await refreshWith(service, key, tokens.refresh);
    expect([status, body.token_type]).toEqual([200, 'DPoP']);
  });

  it('shows its key in introspection of both tokens', async () => {
    const { access, refresh } = await loginWith(service, key, 'shown');
    expect((await introspect(service, access)).body).toMatchObject({ token_type: 'DPoP', cnf: { jkt: key.jkt } });
    expect((await introspect(service, refresh)).body).toMatchObject({ active: true, cnf: { jkt: key.jkt } });
    const bearer = await login(service, 'all', 'not shown');
    for (const token of [bearer.access, bearer.refresh])
      expect((await introspect(service, token)).body).not.toHaveProperty('cnf');
    expect((await introspect(service, bearer.access)).body.token_type).toBe('bearer');
  });

  it('becomes bound at a refresh, if its sign-in had no proof', async () => {
    const first = await login(service, 'all', 'late');
    const bound = await refreshWith(service, key, first.refresh);
    expect([bound.status, bound.body.token_type]).toEqual([200, 'DPoP']);
    for (const wrong of [undefined, other])
      expect((await refreshWith(service, wrong, tokensOf(bound).refresh)).body).toEqual(REFUSED);
    expect((await refreshWith(service, key, tokensOf(bound).refresh)).status).toBe(200);
    // The access token of the sign-in is not bound.
    expect(await isAlive(service, first)).toBe(true);
  });

  it('gets a lost answer again by a proof of its key alone', async () => {
    for (const first of [await loginWith(service, key, 'lost'), await login(service, 'all', 'lost and late')]) {
      const next = tokensOf(await refreshWith(service, key, first.refresh));
      for (const wrong of [undefined, other])
        expect((await refreshWith(service, wrong, first.refresh)).body).toEqual(REFUSED);
      expect(tokensOf(await refreshWith(service, key, first.refresh)).refresh).toBe(next.refresh);
      expect(await story(service, first)).toEqual([
        ...['login: pwd', ISSUED_TO_KEY, ISSUED_TO_KEY],
        'refresh-retried: null',
      ]);
    }
  });

  it('ends by a replay with its key, and by no replay without it', async () => {
    const first = await loginWith(service, key, 'replayed');
    const second = tokensOf(await refreshWith(service, key, first.refresh));
    const third = tokensOf(await refreshWith(service, key, second.refresh));
    await untilStale();
    for (const wrong of [undefined, other])
      expect((await refreshWith(service, wrong, first.refresh)).body).toEqual(REFUSED);
    expect((await call(service, key, third.access)).status).toBe(200);
    expect((await refreshWith(service, key, first.refresh)).body).toEqual(REFUSED);
    expect((await call(service, key, third.access)).status).toBe(401);
  });

  it('ends by a replay of a token that was issued before a thief bound the session to a key', async () => {
    const victim = await login(service, 'all', 'stolen');
    const gained = tokensOf(await refreshWith(service, other, victim.refresh));
    const { access } = tokensOf(await refreshWith(service, other, gained.refresh));
    await untilStale();
    expect((await refreshWith(service, undefined, victim.refresh)).body).toEqual(REFUSED);
    expect((await story(service, victim)).at(-1)).toBe('session-ended: replayed');
    expect((await call(service, other, access)).status).toBe(401);
  });

  it('is replaced by a session without a key, or with another key, at the next sign-in', async () => {
    const first = await loginWith(service, key, 'again');
    const unbound = await login(service, 'all', 'again');
    expect(sessionOf(unbound)).toBe(sessionOf(first));
    expect((await refreshWith(service, undefined, unbound.refresh)).body.token_type).toBe('bearer');
    const { refresh } = await loginWith(service, other, 'again');
    expect((await refreshWith(service, key, refresh)).body).toEqual(REFUSED);
    expect((await refreshWith(service, other, refresh)).body.token_type).toBe('DPoP');
  });

  it('is revoked without a proof: a thief can end it, and nothing else', async () => {
    const { access, refresh } = await loginWith(service, key, 'revoked');
    expect((await revoke(service, refresh)).status).toBe(200);
    expect((await call(service, key, access)).status).toBe(401);
  });
});

describe('the URL of a proof', () => {
  const path = fc.array(
    fc.stringMatching(/^[\w.~-]{1,8}$/).filter((part) => !/^\.+$/.test(part)),
    { minLength: 1, maxLength: 4 },
  );
  const issuer = fc.constantFrom('https://auth.example.com', 'https://auth.example.com/a/b', 'http://[::1]:3000');

  it('is the public URL with the path of the request, in every spelling that means the same', () => {
    fc.assert(
      fc.property(issuer, path, fc.constantFrom('', '?a=b', '#c', '/', '/?a'), (url, parts, end) => {
        const targets = new ProofTargets(url);
        const target = `/${parts.join('/')}`;
        expect(targets.isUrlOf(url + target + end, `${target}?size=1`)).toBe(true);
        expect(targets.isUrlOf(url.replace(/^\w+/, (scheme) => scheme.toUpperCase()) + target, target)).toBe(true);
        expect(targets.isUrlOf(`${url}/${parts.map((part) => `/${part}`).join('')}`, `/${target}`)).toBe(true);
        expect(targets.isUrlOf(`${url}x${target}`, target)).toBe(false);
        expect(targets.isUrlOf(`${url}${target}x`, target)).toBe(false);
      }),
    );
  });

  it.each([
    ['https://auth.example.com:443/api', true],
    ['https://AUTH.example.com/api', true],
    ['https://auth.example.com/b/../api', true],
    ['https://auth.example.com/%7Eapi', false],
    ['http://auth.example.com/api', false],
    ['https://auth.example.com:8443/api', false],
    ['https://user@auth.example.com/api', false],
    ['https://auth.example.com.evil.example/api', false],
    ['https://auth.example.com/API', false],
    ['https://auth.example.com/ap%2Fi', false],
    ['auth.example.com/api', false],
  ])('%s for a request to /api: %s', (htu, isSame) => {
    expect(new ProofTargets('https://auth.example.com').isUrlOf(htu, '/api')).toBe(isSame);
  });
});

it('a used proof stays used after a restart of the service', async () => {
  const proof = await key.prove(service);
  expect((await askWith(service, proof, PASSWORD)).status).toBe(200);
  await service.end();
  await service.resume();
  expectBadProof(await askWith(service, proof, PASSWORD), 'it was used before');
});
