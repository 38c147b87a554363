import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { isSecretOf, newSecret } from '../../src/clients/client-secrets.js';
import { basicOf, expectFailures, failedNames, RESOURCE } from '../support/client.js';
import { change, CLIENTS, register, runOn, tryChange, validClient } from '../support/registry.js';
import { Service } from '../support/service.js';
import {
  ask,
  askLogin,
  askRefresh,
  disposeWithoutLeaks,
  events,
  expectRefused,
  introspect,
  isAlive,
  keepSecret,
  login,
  refresh,
  REFUSED,
  revoke,
  seconds,
  sessionOf,
  story,
  the,
  times,
  tokensOf,
  type Tokens,
} from '../support/sessions.js';

const APP = 'https://app.example.com';
const MEMBERS = [
  ...['ClientId', 'Name', 'Description', 'Enabled', 'AuthenticationMethod', 'JwksUri', 'Jwks', 'AllowedGrants'],
  ...['AllowedOrigins', 'AccessTokenTtl', 'RefreshTokenTtl', 'RefreshTokenMaxAge', 'RefreshRetryWindow'],
  ...[
    'RefreshLostAnswerWindow',
    'SessionsPerUser',
    'DpopRequired',
    'Audience',
    'Roles',
    'Id',
    'UpdatedOn',
    'CreatedOn',
  ],
  ...['UniqueId', 'UpdatedBy', 'IsNew', 'SystemId', 'ToStringText', 'LocalizationDetails', 'CustomFields'],
];

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

const admin = () => service.client(basicOf('admin'));

/** The code of a refusal by the token endpoint. */
const errorOf = async (answer: Promise<{ status: number; body: { error?: string } }>): Promise<unknown[]> => {
  const { status, body } = await answer;
  return [status, body.error];
};

describe('a record', () => {
  it('has the members of the resource and then those of every record, and no secret', async () => {
    const id = await register(service, 'members', { Description: 'An app.', AccessTokenTtl: 600 });
    const { body } = await admin().get(`${CLIENTS}/${id}`);
    expect(Object.keys(body)).toEqual(MEMBERS);
    expect(body).toMatchObject({ AccessTokenTtl: 600, RefreshTokenTtl: null, ToStringText: 'members (members)' });
    const { body: found } = await admin().get(`${CLIENTS}?Client_ClientId=mem*&Client_Enabled=true`);
    expect(found.Records.map(({ Id }: { Id: number }) => Id)).toEqual([id]);
    expect((await admin().delete(`${CLIENTS}/${id}`)).body.Message).toBe('Client was successfully deleted.');
  });

  it('has a name of its own, which cannot be changed', async () => {
    const id = await register(service, 'named');
    expectFailures(await admin().post(CLIENTS, validClient('named')), [
      'ClientId',
      'is the same as that of another Client',
      'named',
    ]);
    expectFailures(await tryChange(service, id, { ClientId: 'renamed' }), [
      'ClientId',
      'cannot be changed: register another client',
      'renamed',
    ]);
  });

  it('needs the roles of the resource', async () => {
    expect((await service.client(basicOf('all')).get(CLIENTS)).status).toBe(403);
    expect((await service.client(basicOf('none')).post(CLIENTS, validClient('nobody'))).status).toBe(403);
  });
});

describe('a record with a contradiction is refused, naming the member', () => {
  const LIVES = { RefreshTokenMaxAge: 3_600, RefreshTokenTtl: 600 };
  const SIGNED = { AuthenticationMethod: 'private_key_jwt' };
  it.each<[object, ...string[]]>([
    [{ RefreshTokenMaxAge: 3_600, RefreshTokenTtl: 7_200 }, 'RefreshTokenTtl'],
    [{ RefreshTokenTtl: 31_536_000 }, 'RefreshTokenTtl'],
    [{ ...LIVES, AccessTokenTtl: 601 }, 'AccessTokenTtl'],
    [
      { ...LIVES, RefreshRetryWindow: 601, RefreshLostAnswerWindow: 601 },
      'RefreshRetryWindow',
      'RefreshLostAnswerWindow',
    ],
    [{ AccessTokenTtl: 0 }, 'AccessTokenTtl'],
    [{ SessionsPerUser: 0 }, 'SessionsPerUser'],
    [{ AuthenticationMethod: 'tls_client_auth' }, 'AuthenticationMethod'],
    [SIGNED, 'JwksUri'],
    [{ ...SIGNED, JwksUri: 'http://keys.example.com' }, 'JwksUri'],
    [{ ...SIGNED, Jwks: '{"keys":[]}' }, 'Jwks'],
    [{ ...SIGNED, Jwks: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}' }, 'Jwks'],
    [{ ...SIGNED, Jwks: '{"keys":[{"kty":"EC"}]}' }, 'Jwks'],
    [{ JwksUri: 'https://keys.example.com' }, 'JwksUri'],
    [{ AllowedGrants: 'password, refresh_token' }, 'AllowedGrants'],
    [{ AllowedGrants: ' ' }, 'AllowedGrants'],
    [{ AllowedOrigins: `${APP} https://*.example.com` }, 'AllowedOrigins'],
    [{ Audience: ' ' }, 'Audience'],
    [{ Roles: 'Token-Introspect' }, 'Roles'],
    [{ AuthenticationMethod: 'client_secret_basic', Roles: 'Token-Introspect Nothing-Read' }, 'Roles'],
    [{ AuthenticationMethod: 'client_secret_post', ClientId: 'ada@example.com' }, 'AuthenticationMethod'],
    [{ ClientId: 'a\u202eb' }, 'ClientId'],
    [{ Enabled: undefined, DpopRequired: null }, 'Enabled', 'DpopRequired'],
  ])('%j', async (changes, ...names) => {
    const answer = await admin().post(CLIENTS, validClient('contradiction', { ...changes }));
    expect([answer.status, failedNames(answer)]).toEqual([400, names]);
    expect(Object.keys(answer.body)).toEqual(['Message', 'Value', 'Errors', 'WasSuccessful']);
  });

  it('and says which life it does not fit into', async () => {
    expectFailures(await admin().post(CLIENTS, validClient('lives', { ...LIVES, AccessTokenTtl: 601 })), [
      'AccessTokenTtl',
      'must not be longer than RefreshTokenTtl, which is 600 seconds',
      601,
    ]);
  });

  it('but not one with public keys, or with lives that fit', async () => {
    const { publicKey } = await generateKeyPair('ES256');
    const Jwks = JSON.stringify({ keys: [await exportJWK(publicKey)] });
    await register(service, 'signed', { ...SIGNED, Jwks, ...LIVES, AccessTokenTtl: 600, RefreshRetryWindow: 600 });
    await register(service, 'signed elsewhere', { ...SIGNED, JwksUri: 'https://keys.example.com/jwks.json' });
  });
});

describe('a secret', () => {
  it('is shown once, by the command that makes it; two are valid at a time', async () => {
    const id = await register(service, 'secret', { AuthenticationMethod: 'client_secret_basic' });
    const made = [await runOn(service, 'CLIENT_MAKE_SECRET', id), await runOn(service, 'CLIENT_MAKE_SECRET', id)];
    for (const { ClientSecret } of made) {
      expect(ClientSecret).toMatch(/^tcs_[\w-]{43}$/);
      keepSecret(String(ClientSecret));
    }
    expect(made[0]).toMatchObject({ Id: id, ClientId: 'secret', PreviousMadeOn: null });
    expect(made[1]?.['PreviousMadeOn']).toBe(made[0]?.['MadeOn']);
    const shown = [
      await admin().get(`${CLIENTS}/${id}`),
      await admin().get(`${CLIENTS}?Client_Id=${id}`),
      await admin().get('/api/sys/audittrailentries?AuditTrailEntry_EntityShortName=Client&size=1000'),
    ].map(({ text }) => text);
    for (const { ClientSecret } of made)
      expect(shown.filter((text) => text.includes(String(ClientSecret)))).toEqual([]);
    const runs = await events(service, { Kind: 'command-run', EntityId: String(id) });
    expect(runs.map(({ Reason }) => Reason)).toEqual(['CLIENT_MAKE_SECRET', 'CLIENT_MAKE_SECRET']);
    expect(await runOn(service, 'CLIENT_RETIRE_SECRET', id)).toMatchObject({ HasRetired: true });
    expect(await runOn(service, 'CLIENT_RETIRE_SECRET', id)).toMatchObject({ HasRetired: false });
  });

  it('fits its own hash alone', () => {
    const [one, other, third] = [newSecret(), newSecret(), newSecret()];
    const secretHashes = [one.hash, other.hash];
    expect([one, other, third].map(({ secret }) => isSecretOf({ secretHashes }, secret))).toEqual([true, true, false]);
    expect(isSecretOf({ secretHashes: [] }, one.secret)).toBe(false);
    expect(isSecretOf({ secretHashes }, one.hash)).toBe(false);
  });
});

describe('a disabled client', () => {
  it('can neither sign in nor refresh, and its tokens are dead until it is enabled again', async () => {
    const id = await register(service, 'switched');
    const tokens = await login(service, 'all', 'switched');
    await change(service, id, { Enabled: false });
    expect(await errorOf(askLogin(service, 'all', 'switched'))).toEqual([400, 'unauthorized_client']);
    expect(await errorOf(askRefresh(service, tokens.refresh, 'switched'))).toEqual([400, 'unauthorized_client']);
    await expectRefused(service, tokens.refresh);
    expect(await isAlive(service, tokens)).toBe(false);
    for (const token of [tokens.access, tokens.refresh])
      expect((await introspect(service, token)).text).toBe('{"active":false}');
    expect((await story(service, tokens)).at(-1)).toBe('refresh-refused: client-disabled');
    await change(service, id, { Enabled: true });
    expect(await isAlive(service, await refresh(service, tokens))).toBe(true);
  });

  it('gets no token once it is disabled, while refreshes race with the change', async () => {
    const id = await register(service, 'raced');
    let tokens = await login(service, 'all', 'raced');
    let isDisabled = false;
    const before: number[] = [];
    const after: number[] = [];
    const refreshing = (async () => {
      while (after.length < 3) {
        const answers = isDisabled ? after : before;
        const answer = await askRefresh(service, tokens.refresh);
        answers.push(answer.status);
        if (answer.status === 200) tokens = tokensOf(answer);
      }
    })();
    await change(service, id, { Enabled: false });
    isDisabled = true;
    await refreshing;
    expect([before.length > 0, before[0], after]).toEqual([true, 200, [400, 400, 400]]);
  });
});

describe('the grants of a client', () => {
  it('are those that its record allows', async () => {
    const id = await register(service, 'granted', { AllowedGrants: 'password' });
    const tokens = await login(service, 'all', 'granted');
    expect(await errorOf(askRefresh(service, tokens.refresh, 'granted'))).toEqual([400, 'unauthorized_client']);
    await expectRefused(service, tokens.refresh);
    expect((await story(service, tokens)).at(-1)).toBe('refresh-refused: grant-not-allowed');
    await change(service, id, { AllowedGrants: 'refresh_token' });
    await refresh(service, tokens);
    expect(await errorOf(askLogin(service, 'all', 'granted'))).toEqual([400, 'unauthorized_client']);
  });

  it('hold also for a sign-in that names no client and so is named like the user', async () => {
    const id = await register(service, 'list@example.com', { AllowedGrants: 'refresh_token' });
    expect(await errorOf(askLogin(service, 'list'))).toEqual([400, 'unauthorized_client']);
    expect((await admin().delete(`${CLIENTS}/${id}`)).status).toBe(200);
    await login(service, 'list');
  });
});

describe('the lives of a client', () => {
  it('hold for its new tokens and sessions', async () => {
    await register(service, 'short', { AccessTokenTtl: 90, RefreshTokenTtl: 600, RefreshTokenMaxAge: 3_600 });
    const { body } = await askLogin(service, 'all', 'short');
    const { iat = 0, exp } = decodeJwt(body.access_token as string);
    expect([body.expires_in, exp]).toEqual([90, iat + 90]);
    const { body: inspected } = await introspect(service, body.refresh_token as string);
    expect(inspected.exp - inspected.auth_time).toBeLessThanOrEqual(601);
  });

  it('that became shorter hold for living access tokens and retries too, and are undone with the change', async () => {
    const id = await register(service, 'shorter');
    const first = await login(service, 'all', 'shorter');
    const second = await refresh(service, first);
    expect((await askRefresh(service, first.refresh)).status).toBe(200);
    await seconds(1.1);
    await change(service, id, { AccessTokenTtl: 1, RefreshRetryWindow: 0, RefreshLostAnswerWindow: 0 });
    expect(await isAlive(service, second)).toBe(false);
    expect((await introspect(service, second.access)).text).toBe('{"active":false}');
    await change(service, id, { AccessTokenTtl: 900 });
    expect(await isAlive(service, second)).toBe(true);
    const { body } = await introspect(service, second.access);
    expect(body.exp - body.iat).toBe(900);
    // The retry window of the setting has 30 seconds.
    await expectRefused(service, first.refresh);
    expect((await story(service, second)).at(-1)).toBe('session-ended: replayed');
  });
});

describe('several sessions for each user', () => {
  const countAlive = async (all: readonly Tokens[]): Promise<number> =>
    (await Promise.all(all.map((tokens) => isAlive(service, tokens)))).filter(Boolean).length;

  it('are as many as the client allows, however many sign in concurrently; the others end with an event', async () => {
    await register(service, 'three', { SessionsPerUser: 3 });
    const all = await times(8, () => login(service, 'all', 'three'));
    expect(new Set(all.map(sessionOf)).size).toBe(8);
    expect(await countAlive(all)).toBe(3);
    const ended = await events(service, { Kind: 'session-ended', ClientId: 'three' });
    expect(ended.map(({ Reason }) => Reason)).toEqual(Array.from({ length: 5 }, () => 'too-many-sessions'));
    const { body } = await admin().get(`${RESOURCE}?RefreshToken_ClientId=three`);
    expect(body.TotalItems).toBe(3);
    // Another user has sessions of their own.
    const other = await login(service, 'list', 'three');
    expect([await countAlive(all), await countAlive([other])]).toEqual([3, 1]);
  });

  it('end in the order of their last use, and are independent', async () => {
    const id = await register(service, 'two', { SessionsPerUser: 2 });
    const first = await login(service, 'all', 'two');
    const second = await login(service, 'all', 'two');
    const renewed = await refresh(service, first);
    const third = await login(service, 'all', 'two');
    expect([await isAlive(service, renewed), await isAlive(service, second), await isAlive(service, third)]).toEqual([
      true,
      false,
      true,
    ]);
    await expectRefused(service, second.refresh);
    expect((await revoke(service, third.refresh)).status).toBe(200);
    const fourth = await refresh(service, renewed);
    const fifth = await login(service, 'all', 'two');
    expect(await countAlive([fourth, fifth])).toBe(2);
    await change(service, id, { SessionsPerUser: null });
    const last = await login(service, 'all', 'two');
    expect(await countAlive([fourth, fifth, last])).toBe(1);
    const { body } = await admin().get(`${RESOURCE}?RefreshToken_ClientId=two`);
    expect(body.TotalItems).toBe(1);
  });
});

describe('the origins of a client', () => {
  const preflight = async (origin: string): Promise<string | null> => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    const answer = await service.client().send('OPTIONS', '/api/token', { headers });
    return answer.headers.get('access-control-allow-origin');
  };

  it('may call the service from a browser, as long as the client is enabled', async () => {
    const id = await register(service, 'page', { AllowedOrigins: `${APP}  capacitor://localhost` });
    expect(await Promise.all([APP, 'capacitor://localhost', 'https://evil.example'].map(preflight))).toEqual([
      APP,
      'capacitor://localhost',
      null,
    ]);
    await change(service, id, { Enabled: false });
    expect(await preflight(APP)).toBeNull();
  });

  it('may use this client alone at the token endpoint', async () => {
    await register(service, 'one page', { AllowedOrigins: 'https://one.example.com' });
    await register(service, 'other page', { AllowedOrigins: 'https://other.example.com' });
    const form = { grant_type: 'refresh_token', refresh_token: 'tsr_none' };
    const from = (origin: string, client_id: string) =>
      errorOf(service.client().form('POST', '/api/token', form, { origin, client_id }));
    expect(await from('https://one.example.com', 'one page')).toEqual([400, 'invalid_grant']);
    expect(await from('https://other.example.com', 'one page')).toEqual([400, 'unauthorized_client']);
    expect(await from(service.url, 'one page')).toEqual([400, 'invalid_grant']);
    expect(await from('https://other.example.com', 'of no registered client')).toEqual([400, 'invalid_grant']);
  });
});

it('a client that is not registered works as before', async () => {
  const tokens = await refresh(service, await login(service, 'all', 'unknown app'));
  expect(await isAlive(service, tokens)).toBe(true);
  const { status, body } = await ask(service, { grant_type: 'refresh_token', refresh_token: 'tsr_none' });
  expect([status, body]).toEqual([400, REFUSED]);
  expect(the(decodeJwt(tokens.access).exp) - the(decodeJwt(tokens.access).iat)).toBe(3_600);
});
