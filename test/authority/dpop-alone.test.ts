import * as dpop from 'dpop';
import { calculateJwkThumbprint, createRemoteJWKSet, exportJWK, jwtVerify } from 'jose';
import { RESOURCE, type Answer } from '../support/client.js';
import { passwordForm } from '../support/proofs.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  introspect,
  keepSecret,
  revoke,
  TOKEN,
  tokensOf,
  type Tokens,
} from '../support/sessions.js';

// A client of the packages `dpop`, which makes proofs, and `jose`, which reads tokens, and of nothing else.

const REFRESH = 'refresh_token';

describe.each(['optional', 'required'])('a client of dpop and jose alone, with DPOP_NONCE=%s', (mode) => {
  let service: Service;
  let keys: dpop.KeyPair;
  let nonce: string | undefined;
  let refusals = 0;
  beforeAll(async () => {
    [service, keys] = await Promise.all([Service.start({ DPOP_NONCE: mode }), dpop.generateKeyPair('ES256')]);
  });
  afterAll(() => disposeWithoutLeaks(service));

  /** Sends a request with a proof, and once more with the nonce that the service names (RFC 9449, section 8). */
  async function send(method: string, path: string, made: (proof: string) => Promise<Answer>, access?: string) {
    const url = service.url + path;
    const once = async (): Promise<Answer> => made(await dpop.generateProof(keys, url, method, nonce, access));
    const answer = await once();
    const named = answer.headers.get('dpop-nonce');
    if (named === null) return answer;
    nonce = named;
    if (answer.status === 200) return answer;
    refusals++;
    return once();
  }
  const token = (fields: Record<string, string>): Promise<Answer> =>
    send('POST', TOKEN, (proof) => service.client().form('POST', TOKEN, fields, { dpop: proof }));
  const call = (access: string): Promise<Answer> => {
    const client = service.client(`DPoP ${access}`);
    return send('GET', RESOURCE, (proof) => client.send('GET', RESOURCE, { headers: { dpop: proof } }), access);
  };
  const kept = (answer: Answer): Tokens => {
    const tokens = tokensOf(answer);
    keepSecret(tokens.refresh);
    return tokens;
  };

  it('signs in, verifies its token, calls a route, refreshes and signs out', async () => {
    expect(keys.privateKey.extractable).toBe(false);
    const signedIn = await token(passwordForm('all', 'alone'));
    expect(signedIn.body.token_type).toBe('DPoP');
    const first = kept(signedIn);
    const jkt = await calculateJwkThumbprint(await exportJWK(keys.publicKey));
    const jwks = createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(first.access, jwks, {
      ...{ issuer: service.url, audience: service.url, typ: 'at+jwt' },
      algorithms: ['ES256'],
    });
    expect([payload['cnf'], payload.sub]).toEqual([{ jkt }, 'all@example.com']);
    expect((await call(first.access)).status).toBe(200);

    const second = kept(await token({ grant_type: REFRESH, refresh_token: first.refresh, client_id: 'alone' }));
    expect((await call(second.access)).status).toBe(200);
    expect((await introspect(service, second.access)).body).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt },
    });

    const stolen = { grant_type: REFRESH, refresh_token: second.refresh };
    expect((await service.client().form('POST', TOKEN, stolen)).body.error).toBe('invalid_grant');
    expect((await service.client(`Bearer ${second.access}`).get(RESOURCE)).status).toBe(401);

    expect((await revoke(service, second.refresh, 'alone')).status).toBe(200);
    expect((await call(second.access)).status).toBe(401);
    expect(refusals).toBe(mode === 'required' ? 1 : 0);
  });
});
