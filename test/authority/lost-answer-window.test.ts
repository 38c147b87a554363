import { Service } from '../support/service.js';
import {
  askRefresh,
  disposeWithoutLeaks,
  expectRefused,
  introspect,
  isAlive,
  login,
  refresh,
  seconds,
  story,
  type Tokens,
} from '../support/sessions.js';

const RETRY_WINDOW = 1;
const AFTER_RETRY_WINDOW = RETRY_WINDOW + 0.3;
const REPETITIONS = 100;

let service: Service;
beforeAll(async () => {
  service = await Service.start({ REFRESH_RETRY_WINDOW: String(RETRY_WINDOW) });
});
afterAll(() => disposeWithoutLeaks(service));

/** A session that was refreshed once and whose retry window has ended: the tokens before and after the refresh. */
async function refreshedLongAgo(clientId: string): Promise<[before: Tokens, after: Tokens]> {
  const before = await login(service, 'all', clientId);
  const after = await refresh(service, before, clientId);
  await seconds(AFTER_RETRY_WINDOW);
  return [before, after];
}

/** Waits first: the service writes confirmations after it has answered the requests that cause them. */
async function expectReplay(before: Tokens, after: Tokens, clientId: string): Promise<void> {
  await seconds(0.5);
  await expectRefused(service, before.refresh, clientId);
  expect((await story(service, after)).at(-1)).toBe('session-ended: replayed');
  expect(await isAlive(service, after)).toBe(false);
}

describe('the previous refresh token, after the retry window,', () => {
  it('gets the current token again while nobody has used the current token', async () => {
    const [before, after] = await refreshedLongAgo('lost');
    for (let time = 0; time < 2; time++) {
      const again = await refresh(service, before, 'lost');
      expect(again.refresh).toBe(after.refresh);
    }
    expect(await story(service, after)).toEqual(['login: pwd', 'refresh-retried: null', 'refresh-retried: null']);
    expect(await isAlive(service, await refresh(service, after, 'lost'))).toBe(true);
  });

  it('is a replay once an access token of the current generation was accepted', async () => {
    const [before, after] = await refreshedLongAgo('used');
    expect(await isAlive(service, after)).toBe(true);
    await expectReplay(before, after, 'used');
  });

  it('is a replay once an access token of the current generation was introspected', async () => {
    const [before, after] = await refreshedLongAgo('introspected');
    expect((await introspect(service, after.access)).body.active).toBe(true);
    await expectReplay(before, after, 'introspected');
  });

  it('is not a replay when only an access token of its own generation was accepted', async () => {
    const [before, after] = await refreshedLongAgo('own');
    expect(await isAlive(service, before)).toBe(true);
    await seconds(0.5);
    expect((await refresh(service, before, 'own')).refresh).toBe(after.refresh);
  });

  it('is a replay once the current token was redeemed', async () => {
    const [before, after] = await refreshedLongAgo('redeemed');
    await expectReplay(before, await refresh(service, after, 'redeemed'), 'redeemed');
  });

  it('gets the current token a hundred times at most; then it is refused and ends nothing', async () => {
    const [before, after] = await refreshedLongAgo('often');
    for (let time = 0; time < REPETITIONS; time++) await refresh(service, before, 'often');
    await expectRefused(service, before.refresh, 'often');
    expect((await story(service, after)).at(-1)).toBe('refresh-refused: repeated-too-often');
    expect(await isAlive(service, await refresh(service, after, 'often'))).toBe(true);
  });
});

it('with REFRESH_LOST_ANSWER_WINDOW=0 the previous token is a replay after the retry window', async () => {
  const strict = await Service.start({
    REFRESH_RETRY_WINDOW: String(RETRY_WINDOW),
    REFRESH_LOST_ANSWER_WINDOW: '0',
  });
  const before = await login(strict, 'all', 'strict');
  const after = await refresh(strict, before, 'strict');
  expect((await refresh(strict, before, 'strict')).refresh).toBe(after.refresh);
  await seconds(AFTER_RETRY_WINDOW);
  expect((await askRefresh(strict, before.refresh, 'strict')).status).toBe(400);
  expect(await isAlive(strict, after)).toBe(false);
  await disposeWithoutLeaks(strict);
});
