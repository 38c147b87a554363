import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { badProof, badProofs } from '../support/bad-proofs.js';
import { RESOURCE, type Answer } from '../support/client.js';
import { askWith, call, loginWith, passwordForm, ProvingKey, refreshWith } from '../support/proofs.js';
import { raw } from '../support/raw.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, isAlive, login, times, TOKEN, tokensOf } from '../support/sessions.js';

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

  it.each(badProofs())('refuses a proof %s, by RFC 9449', async (_what, made, reason) => {
    const proof = await badProof(made, { service, key, other }, { method: 'POST', path: TOKEN });
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
    const places = fc.record({
      at: fc.nat(good.length - 1),
      to: fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.'),
    });
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

  it.each(badProofs())('refuses a proof %s, in the contract’s form', async (_what, made, reason) => {
    const dpop = await badProof(made, { service, key, other }, { method: 'GET', path: RESOURCE, access });
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

it('a used proof stays used after a restart of the service', async () => {
  const proof = await key.prove(service);
  expect((await askWith(service, proof, PASSWORD)).status).toBe(200);
  await service.end();
  await service.resume();
  expectBadProof(await askWith(service, proof, PASSWORD), 'it was used before');
});
