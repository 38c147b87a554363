import fc from 'fast-check';
import { ProofTargets } from '../../src/proofs/proof-target.js';
import { askWith, call, loginWith, passwordForm, ProvingKey, refreshWith } from '../support/proofs.js';
import { change, register, runOn } from '../support/registry.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  introspect,
  isAlive,
  keepSecret,
  login,
  REFUSED,
  revoke,
  sessionOf,
  story,
  tokensOf,
  untilStale,
} from '../support/sessions.js';

let service: Service;
let key: ProvingKey;
let other: ProvingKey;
beforeAll(async () => {
  [service, key, other] = await Promise.all([Service.start(), ProvingKey.make(), ProvingKey.make()]);
});
afterAll(() => disposeWithoutLeaks(service));

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

describe('a registered client', () => {
  it('with DpopRequired must send a proof with each request, whether it names itself or not', async () => {
    await register(service, 'proving', { DpopRequired: true });
    const refused = await service.client().form('POST', '/api/token', passwordForm('all', 'proving'));
    expect([refused.status, refused.body]).toEqual([
      400,
      { error: 'invalid_dpop_proof', error_description: 'This client must send a DPoP proof with each request.' },
    ]);
    const { refresh } = await loginWith(service, key, 'proving');
    expect((await refreshWith(service, undefined, refresh)).body).toEqual(REFUSED);
    expect((await refreshWith(service, key, refresh)).body.token_type).toBe('DPoP');
  });

  it('that must send proofs from now on cannot refresh without one, and its sessions become bound', async () => {
    const id = await register(service, 'from now on');
    const { refresh } = await login(service, 'all', 'from now on');
    await change(service, id, { DpopRequired: true });
    expect((await refreshWith(service, undefined, refresh)).body).toEqual(REFUSED);
    const bound = await refreshWith(service, key, refresh);
    expect(bound.body.token_type).toBe('DPoP');
    expect((await refreshWith(service, other, tokensOf(bound).refresh)).body).toEqual(REFUSED);
  });

  it('that authenticates may change its key: its access tokens are bound, and its sessions are not', async () => {
    const id = await register(service, 'server', {
      ...{ AuthenticationMethod: 'client_secret_post', Roles: 'RefreshToken-List' },
    });
    const { ClientSecret: secret } = await runOn(service, 'CLIENT_MAKE_SECRET', id);
    const own = { client_id: 'server', client_secret: String(secret) };
    keepSecret(own.client_secret);
    const first = await askWith(service, await key.prove(service), { ...passwordForm('all', 'server'), ...own });
    const { refresh } = tokensOf(first);
    const form = { grant_type: 'refresh_token', refresh_token: refresh, ...own };
    const second = await askWith(service, await other.prove(service), form);
    expect([first.body.token_type, second.body.token_type]).toEqual(['DPoP', 'DPoP']);
    expect((await call(service, key, tokensOf(first).access)).status).toBe(200);
    expect((await call(service, other, tokensOf(second).access)).status).toBe(200);
    expect((await call(service, key, tokensOf(second).access)).status).toBe(401);
    expect((await introspect(service, tokensOf(second).refresh)).body).not.toHaveProperty('cnf');
  });

  it('that acts for itself gets a bound token too', async () => {
    const id = await register(service, 'machine', {
      ...{ AuthenticationMethod: 'client_secret_post', AllowedGrants: 'client_credentials' },
      Roles: 'RefreshToken-List',
    });
    const { ClientSecret: secret } = await runOn(service, 'CLIENT_MAKE_SECRET', id);
    const form = { grant_type: 'client_credentials', client_id: 'machine', client_secret: String(secret) };
    keepSecret(form.client_secret);
    const { body } = await service.client().form('POST', '/api/token', form, { dpop: await key.prove(service) });
    expect(body.token_type).toBe('DPoP');
    const access = String(body.access_token);
    keepSecret(...access.split('.').slice(1));
    expect((await call(service, key, access)).status).toBe(200);
    expect((await call(service, other, access)).status).toBe(401);
    expect((await service.client(`Bearer ${access}`).get('/api/sys/refreshtokens')).status).toBe(401);
    expect((await introspect(service, access)).body).toMatchObject({ token_type: 'DPoP', cnf: { jkt: key.jkt } });
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
