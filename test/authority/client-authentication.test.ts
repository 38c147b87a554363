import { decodeJwt } from 'jose';
import { basic, basicOf } from '../support/client.js';
import { newSigner, signed, JWT_BEARER } from '../support/client-keys.js';
import {
  byBasic,
  byPost,
  CHALLENGE,
  ClientRequests,
  INTROSPECT,
  newAddress,
  PASSWORD,
  refusal,
  REVOKE,
  type Credentials,
} from '../support/client-requests.js';
import { change, register, runOn } from '../support/registry.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, login, TOKEN, tokensOf } from '../support/sessions.js';

let service: Service;
let clients: ClientRequests;
beforeAll(async () => {
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1' });
  clients = new ClientRequests(service);
});
afterAll(() => disposeWithoutLeaks(service));

describe('a client with a secret', () => {
  it.each([
    ['client_secret_basic', 'web app: ä+%', byBasic],
    ['client_secret_post', 'web post', byPost],
  ] as const)('signs in, refreshes, introspects and revokes with %s', async (method, name, by) => {
    const { secret } = await clients.registerSecret(name, { AuthenticationMethod: method, Roles: 'Token-Introspect' });
    const client = by(name, secret);
    const first = tokensOf(await clients.send(TOKEN, PASSWORD, client));
    expect(decodeJwt(first.access)['client_id']).toBe(name);
    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh };
    const { refresh: token } = tokensOf(await clients.send(TOKEN, refresh, client));
    expect((await clients.send(INTROSPECT, { token }, client)).body).toMatchObject({ active: true, client_id: name });
    expect((await clients.send(REVOKE, { token }, client)).status).toBe(200);
    expect((await clients.send(INTROSPECT, { token }, client)).body).toEqual({ active: false });
    const [event] = await events(service, { Kind: 'session-ended', ClientId: name });
    expect(event).toMatchObject({ Reason: 'revoked', Actor: `client:${name}` });
  });

  it('is refused by any other method and secret, with the challenge of what it tried', async () => {
    const other = await clients.registerSecret('another');
    const { secret } = await clients.registerSecret('basic');
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
        expect(refusal(await clients.send(path, { ...PASSWORD, token: 'x' }, credentials))).toEqual(expected);
      }
    }
    expect(await clients.reasonsOf('basic')).toEqual([...wrong, ...wrong].map(([, reason]) => reason));
    const introspected = await clients.send(INTROSPECT, { token: 'x' }, byPost('basic', secret));
    expect(refusal(introspected)).toEqual([401, 'invalid_client', 'Bearer']);
    expect(introspected.body.error_description).toBe('The client could not be authenticated.');
  });

  it('may use one method in a request', async () => {
    const { secret } = await clients.registerSecret('double');
    const both = { ...byBasic('double', secret), form: { client_secret: secret } };
    expect(refusal(await clients.send(TOKEN, PASSWORD, both))).toEqual([400, 'invalid_request', null]);
    const half = { ...byBasic('double', secret), form: { client_assertion_type: JWT_BEARER } };
    expect(refusal(await clients.send(TOKEN, PASSWORD, half))).toEqual([400, 'invalid_request', null]);
  });

  it('has two secrets at a time, until the earlier one is retired or the client is disabled', async () => {
    const { id, secret: first } = await clients.registerSecret('rotating');
    const second = await clients.newSecret(id);
    const statusWith = async (secret: string) =>
      (await clients.send(TOKEN, PASSWORD, byBasic('rotating', secret))).status;
    expect([await statusWith(first), await statusWith(second)]).toEqual([200, 200]);
    await runOn(service, 'CLIENT_RETIRE_SECRET', id);
    expect([await statusWith(first), await statusWith(second)]).toEqual([401, 200]);
    await change(service, id, { Enabled: false });
    expect([await statusWith(second), await clients.reasonsOf('rotating')]).toEqual([
      401,
      ['wrong-secret', 'client-disabled'],
    ]);
  });

  it('protects its tokens: nobody can refresh or revoke them without its secret', async () => {
    const { secret } = await clients.registerSecret('owner');
    const { refresh, access } = tokensOf(await clients.send(TOKEN, PASSWORD, byBasic('owner', secret)));
    const form = { grant_type: 'refresh_token', refresh_token: refresh };
    expect(refusal(await clients.send(TOKEN, form))).toEqual([400, 'invalid_client', null]);
    expect(refusal(await clients.send(TOKEN, form, { form: { client_id: 'not registered' } }))[1]).toBe(
      'invalid_grant',
    );
    for (const token of [refresh, access])
      expect(refusal(await clients.send(REVOKE, { token }))).toEqual([400, 'invalid_client', null]);
    expect((await clients.send(TOKEN, form, byBasic('owner', secret))).status).toBe(200);
  });

  it('is limited like a password when it is guessed, at the address of the guesses alone', async () => {
    const { secret } = await clients.registerSecret('guessed');
    const from = newAddress();
    const failed: number[] = [];
    let blocked = await clients.send(TOKEN, PASSWORD, byBasic('guessed', 'wrong'), from);
    for (let n = 0; blocked.status !== 429 && n < 20; n++) {
      failed.push(blocked.status);
      blocked = await clients.send(TOKEN, PASSWORD, byBasic('guessed', `wrong ${n}`), from);
    }
    expect([failed.slice(0, 6), blocked.status, blocked.body.error]).toEqual([
      ...[Array(6).fill(401), 429, 'temporarily_unavailable'],
    ]);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await clients.send(TOKEN, PASSWORD, byBasic('guessed', secret))).status).toBe(200);
    expect(await clients.reasonsOf('guessed')).toHaveLength(failed.length);
  });
});

describe('a client that is not registered', () => {
  it('stays a name: nothing beside it is checked', async () => {
    const tokens = tokensOf(await clients.send(TOKEN, PASSWORD, byBasic('a stranger', 'anything')));
    expect(decodeJwt(tokens.access)['client_id']).toBe('a stranger');
    expect((await clients.send(TOKEN, PASSWORD, byPost('another stranger', 'anything'))).status).toBe(200);
  });

  it('cannot sign: its assertion is refused', async () => {
    const stranger = await newSigner('stranger');
    const credentials = { form: signed(await stranger.assertion(service.url)) };
    expect(refusal(await clients.send(TOKEN, PASSWORD, credentials))).toEqual([400, 'invalid_client', null]);
  });

  it('that is public may not authenticate once it is registered as public', async () => {
    await register(service, 'public', {});
    expect((await clients.send(TOKEN, PASSWORD, { form: { client_id: 'public' } })).status).toBe(200);
    expect((await clients.send(TOKEN, PASSWORD, byBasic('public', ''))).status).toBe(200);
    expect(refusal(await clients.send(TOKEN, PASSWORD, byBasic('public', 'x')))).toEqual([
      401,
      'invalid_client',
      CHALLENGE,
    ]);
  });

  it('leaves users as they are: a user with the role introspects by Basic and by a token', async () => {
    const { access: token } = await login(service, 'read', 'anything');
    for (const authorization of [basicOf('read'), `Bearer ${token}`])
      expect((await clients.send(INTROSPECT, { token }, { headers: { authorization } })).body).toMatchObject({
        active: true,
      });
    const wrong = { headers: { authorization: basic('read@example.com', 'wrong') } };
    expect((await clients.send(INTROSPECT, { token }, wrong)).status).toBe(401);
  });
});
