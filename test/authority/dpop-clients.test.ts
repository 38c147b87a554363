import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { RESOURCE, type Answer } from '../support/client.js';
import { askWith, call, passwordForm, ProvingKey, refreshWith } from '../support/proofs.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, keepSecret, login, the, tokensOf } from '../support/sessions.js';

// Clients that other people wrote, unchanged, and a service that demands its nonces.

/** The only setting that these clients need: the service of a test has no certificate. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only so that readers notice it
const HTTP = { [oauth.allowInsecureRequests]: true };
const PASSWORD = passwordForm('all', 'dpop-client');

let service: Service;
beforeAll(async () => {
  service = await Service.start({ DPOP_NONCE: 'required' });
});
afterAll(() => disposeWithoutLeaks(service));

describe('a service that demands nonces', () => {
  let key: ProvingKey;
  beforeAll(async () => {
    key = await ProvingKey.make();
  });

  const nonceOf = ({ status, headers, body }: Answer, expected: number): string => {
    expect([status, body.error ?? body.Message]).toEqual([
      expected,
      expected === 400 ? 'use_dpop_nonce' : 'The DPoP proof needs the nonce of the header DPoP-Nonce.',
    ]);
    return headers.get('dpop-nonce') ?? '';
  };

  it('names the nonce to a proof without one, at the token endpoint and at every other route', async () => {
    const nonce = nonceOf(await askWith(service, await key.prove(service), PASSWORD), 400);
    const signedIn = await askWith(service, await key.prove(service, { claims: { nonce } }), PASSWORD);
    expect([signedIn.status, signedIn.headers.get('dpop-nonce')]).toEqual([200, null]);
    const { access } = tokensOf(signedIn);
    const refused = await call(service, key, access);
    expect(refused.headers.get('www-authenticate')).toMatch(/^DPoP error="use_dpop_nonce", algs="ES256 /);
    const claims = { nonce: nonceOf(refused, 401) };
    const answer = await call(service, key, access, { claims });
    expect([answer.status, answer.headers.get('dpop-nonce')]).toEqual([200, null]);
  });

  it('takes a proof of a client whose clock is wrong, if the proof has a nonce', async () => {
    const nonce = nonceOf(await askWith(service, await key.prove(service), PASSWORD), 400);
    for (const iat of [0, 4_000_000_000]) {
      const proof = await key.prove(service, { claims: { nonce, iat } });
      expect((await askWith(service, proof, PASSWORD)).status).toBe(200);
      expect((await askWith(service, proof, PASSWORD)).body.error_description).toMatch('it was used before');
    }
  });

  it('offers no nonce with another refusal, since some clients would repeat the request', async () => {
    const nonce = nonceOf(await askWith(service, await key.prove(service), PASSWORD), 400);
    const proof = await key.prove(service, { claims: { nonce } });
    const { status, headers } = await askWith(service, proof, { ...PASSWORD, password: 'wrong' });
    expect([status, headers.get('dpop-nonce')]).toEqual([400, null]);
  });

  it('does not demand proofs', async () => {
    const { access } = await login(service, 'all', 'bearer');
    expect((await service.client(`Bearer ${access}`).get(RESOURCE)).status).toBe(200);
  });
});

describe('oauth4webapi', () => {
  const client: oauth.Client = { client_id: 'dpop-strict' };
  const none = oauth.None();
  const discover = async (): Promise<oauth.AuthorizationServer> => {
    const issuer = new URL(service.url);
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...HTTP });
    return oauth.processDiscoveryResponse(issuer, response);
  };

  /** Does something, and once more if the service named a nonce, as the documentation of the client says. */
  const withNonce = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error;
      return work();
    }
  };

  it('signs in, refreshes, calls a route and validates the token, with a DPoP handle', async () => {
    const server = await discover();
    expect(server.dpop_signing_alg_values_supported).toContain('ES256');
    const keys = await oauth.generateKeyPair('ES256');
    const options = { ...HTTP, DPoP: oauth.DPoP(client, keys) };
    const form = { username: PASSWORD['username'] ?? '', password: PASSWORD['password'] ?? '' };
    const first = await withNonce(async () => {
      const answer = await oauth.genericTokenEndpointRequest(server, client, none, 'password', form, options);
      return oauth.processGenericTokenEndpointResponse(server, client, answer);
    });
    const second = await withNonce(async () => {
      const answer = await oauth.refreshTokenGrantRequest(server, client, none, first.refresh_token ?? '', options);
      return oauth.processRefreshTokenResponse(server, client, answer);
    });
    keepSecret(first.refresh_token ?? '', second.refresh_token ?? '');
    expect([first.token_type, second.token_type]).toEqual(['dpop', 'dpop']);
    const url = new URL(`${service.url}${RESOURCE}?size=1`);
    const fetched: Request[] = [];
    const seen: oauth.ProtectedResourceRequestOptions = {
      ...options,
      [oauth.customFetch]: (address, init) => {
        fetched.push(new Request(address, init as RequestInit));
        return fetch(address, init as RequestInit);
      },
    };
    const answer = await withNonce(() =>
      oauth.protectedResourceRequest(second.access_token, 'GET', url, undefined, null, seen),
    );
    expect(answer.status).toBe(200);
    // What the client sent, judged by the client's own code for servers.
    const claims = await oauth.validateJwtAccessToken(server, the(fetched.at(-1)), service.url, {
      ...HTTP,
      requireDPoP: true,
    });
    expect(claims.client_id).toBe(client.client_id);
  });
});

describe('openid-client', () => {
  it('signs in, refreshes and calls a route, with a DPoP handle', async () => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only so that readers notice it
    const options: openid.DiscoveryRequestOptions = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
    const none = openid.None();
    const configuration = await openid.discovery(new URL(service.url), 'dpop-openid', undefined, none, options);
    const DPoP = openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair('ES256'));
    const form = { username: PASSWORD['username'] ?? '', password: PASSWORD['password'] ?? '' };
    const first = await openid.genericGrantRequest(configuration, 'password', form, { DPoP });
    const second = await openid.refreshTokenGrant(configuration, first.refresh_token ?? '', {}, { DPoP });
    const url = new URL(`${service.url}${RESOURCE}?size=1`);
    const ask = (handle?: openid.DPoPHandle): Promise<Response> =>
      openid.fetchProtectedResource(configuration, second.access_token, url, 'GET', null, undefined, {
        ...(handle && { DPoP: handle }),
      });
    expect((await ask(DPoP)).status).toBe(200);
    await expect(openid.refreshTokenGrant(configuration, second.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('a client like oidc-client-ts', () => {
  it('signs in without a proof, refreshes with one, and repeats a request once when a refusal names a nonce', async () => {
    const key = await ProvingKey.make();
    const { refresh } = await login(service, 'all', 'single-page');
    const refused = await refreshWith(service, key, refresh);
    const nonce = refused.headers.get('dpop-nonce');
    expect([refused.status, refused.body.error]).toEqual([400, 'use_dpop_nonce']);
    const fields = { grant_type: 'refresh_token', refresh_token: refresh };
    const bound = await askWith(service, await key.prove(service, { claims: { nonce } }), fields);
    expect([bound.status, bound.body.token_type]).toEqual([200, 'DPoP']);
  });
});
