import { decodeJwt } from 'jose';
import { basicOf, RESOURCE } from '../support/client.js';
import { change, CLIENTS, register } from '../support/registry.js';
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

  it('has no sessions in the list of its users while it is disabled', async () => {
    const id = await register(service, 'listed');
    await login(service, 'all', 'listed');
    const { access } = await login(service, 'all', 'lister');
    const listed = async (): Promise<boolean> => {
      const { body } = await service.client(`Bearer ${access}`).get('/api/account/sessions');
      return (body as { ClientId: string }[]).some(({ ClientId }) => ClientId === 'listed');
    };
    const before = await listed();
    await change(service, id, { Enabled: false });
    expect([before, await listed()]).toEqual([true, false]);
  });

  it('gets no token once it is disabled, while refreshes race with the change', async () => {
    const id = await register(service, 'raced');
    let tokens = await login(service, 'all', 'raced');
    let isDisabled = false;
    const before: number[] = [];
    const after: number[] = [];
    const refreshing = async (answers: number[], until: () => boolean): Promise<void> => {
      while (!until()) {
        const answer = await askRefresh(service, tokens.refresh);
        answers.push(answer.status);
        if (answer.status === 200) tokens = tokensOf(answer);
      }
    };
    const disabled = change(service, id, { Enabled: false }).then(() => (isDisabled = true));
    await Promise.all([refreshing(before, () => isDisabled), disabled]);
    await refreshing(after, () => after.length === 3);
    expect([before.join(' ').trim(), after]).toEqual([expect.stringMatching(/^(200 ?)*(400 ?)*$/), [400, 400, 400]]);
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
    for (const { refresh: token } of [fourth, fifth]) await expectRefused(service, token);
    expect(await isAlive(service, last)).toBe(true);
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
