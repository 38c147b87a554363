import type { BrowserContext, Page, Route } from 'playwright-core';
import { clickButton, row, signOut, useConsole } from '../support/console.js';
import { Service } from '../support/service.js';
import { seconds, TOKEN } from '../support/sessions.js';

describe('the session of the console', () => {
  const get = useConsole(() => Service.start({ REFRESH_RETRY_WINDOW: '0' }));

  it('is refreshed once for two tabs whose access tokens are refused, although the first answer is lost', async () => {
    const { context } = get();
    const page = await get().signedIn('admin', '#/refreshtokens');
    const other = await get().tab('#/refreshtokens');
    await row(other, /admin@/).waitFor();
    const refreshes = refreshesIn(context);
    await refusePresentToken(context);
    const lose = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort();
    };
    await context.route(`**${TOKEN}`, lose, { times: 1 });
    await Promise.all([page, other].map(refreshList));
    expect(refreshes).toHaveLength(2);
    expect(new Set(refreshes).size).toBe(1);
  });

  it('is taken from a tab that is slow to answer', async () => {
    const { context } = get();
    await context.addInitScript(SLOW_CHANNEL);
    const page = await get().signedIn('admin', '#/refreshtokens');
    const other = await get().tab('#/refreshtokens');
    await row(other, /admin@/).waitFor();
    const refreshes = refreshesIn(context);
    await refusePresentToken(context);
    await refreshList(page);
    await refreshList(other);
    expect(refreshes).toHaveLength(1);
  });

  it('goes on after an hour of sleep in two tabs, with one refresh, also if the clock of the machine is wrong', async () => {
    const { context } = get();
    await context.clock.install();
    const page = await get().signedIn('admin', '#/refreshtokens');
    const other = await get().tab('#/refreshtokens');
    await row(other, /admin@/).waitFor();
    const refreshes = refreshesIn(context);
    // The clock of the service stands still meanwhile, so for the service the proofs are from the future.
    for (const one of [page, other]) await one.clock.fastForward('01:10:00');
    await Promise.all([page, other].map(refreshList));
    await row(other, /admin@/).waitFor();
    expect(new Set(refreshes).size).toBe(1);
  });

  it('outlives a reload of its only tab', async () => {
    const page = await get().signedIn('admin', '#/refreshtokens');
    await row(page, /admin@/).waitFor();
    const signIns = refreshesIn(get().context);
    await page.reload();
    await row(page, /admin@/).waitFor();
    await page.reload();
    await row(page, /admin@/).waitFor();
    expect(signIns).toEqual([]);
    get().expectComplaints();
  });

  it('is bound to a key that cannot be exported, so its tokens alone are worth nothing', async () => {
    const { service } = get();
    const page = await get().signedIn('admin', '#/refreshtokens');
    const tokens = await page.evaluate<Stolen>(ASK_FOR_TOKENS);
    expect(tokens.extractable).toBe(false);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh }).toString();
    const stolen = await fetch(service.url + TOKEN, { method: 'POST', headers, body });
    expect([stolen.status, await stolen.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
    expect((await service.client(`Bearer ${tokens.access}`).get('/api/account')).status).toBe(401);
    await page.reload();
    await row(page, /admin@/).waitFor();
  });

  it('ends in all tabs by a sign-out', async () => {
    const page = await get().signedIn('admin', '#/refreshtokens');
    const other = await get().tab('#/refreshtokens');
    await row(other, /admin@/).waitFor();
    const before = await get().sessions();
    await signOut(page);
    await other.getByRole('button', { name: 'Sign in' }).waitFor();
    await until(async () => (await get().sessions()) === before - 1);
  });

  it('stores nothing, asks no other host, and ends with the last tab', async () => {
    const page = await get().signedIn('admin', '#/refreshtokens');
    await row(page, /admin@/).waitFor();
    expect(
      await page.evaluate(
        'indexedDB.databases().then(({ length }) => [localStorage.length, sessionStorage.length, length])',
      ),
    ).toEqual([0, 0, 0]);
    expect(await get().context.cookies()).toEqual([]);
    expect([...get().hosts]).toEqual([get().service.url]);
    get().expectComplaints();
    const before = await get().sessions();
    await page.close({ runBeforeUnload: true });
    await until(async () => (await get().sessions()) === before - 1);
  });
});

/** Loads the list again, and waits until it is there. */
async function refreshList(page: Page): Promise<void> {
  const answer = page.waitForResponse(
    (response) => response.url().includes('/api/sys/refreshtokens?') && response.ok(),
  );
  await clickButton(page, 'Refresh');
  await answer;
}

/** The bodies of the requests to the token endpoint from now on. */
function refreshesIn(context: BrowserContext): string[] {
  const bodies: string[] = [];
  context.on('request', (request) => {
    if (request.url().endsWith(TOKEN)) bodies.push(request.postData() ?? '');
  });
  return bodies;
}

/** Tabs of a busy machine: a message about new tokens is late, and an answer takes a second. */
const SLOW_CHANNEL = `
  const post = BroadcastChannel.prototype.postMessage;
  BroadcastChannel.prototype.postMessage = function (message) {
    setTimeout(() => post.call(this, message), { here: 1_000, tokens: 60_000 }[message.type] ?? 0);
  };`;

/** Refuses the present access token in all tabs, whichever request has it: a page may load a list again by itself. */
async function refusePresentToken(context: BrowserContext): Promise<void> {
  let stale: string | undefined;
  await context.route('**/api/sys/refreshtokens?*', async (route) => {
    const { authorization } = await route.request().allHeaders();
    stale ??= authorization;
    await (authorization === stale ? route.fulfill({ status: 401, json: {} }) : route.continue());
  });
}

interface Stolen {
  readonly access: string;
  readonly refresh: string;
  readonly extractable: boolean;
}

/** What a script of the same origin could learn. */
const ASK_FOR_TOKENS = `new Promise((resolve) => {
  const channel = new BroadcastChannel('tessera-console ' + location.origin);
  channel.onmessage = ({ data: { tokens } }) => {
    channel.postMessage({ type: 'bye', tab: 'thief' });
    if (tokens) resolve({ ...tokens, extractable: tokens.keys.privateKey.extractable, keys: undefined });
  };
  channel.postMessage({ type: 'hello', tab: 'thief' });
})`;

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 300; n++) {
    if (await isTrue()) return;
    await seconds(0.1);
  }
  throw new Error('It did not happen within half a minute.');
}

describe('the session of the console at a service that requires nonces', () => {
  const get = useConsole(() => Service.start({ DPOP_NONCE: 'required' }));

  it('begins and is refreshed', async () => {
    const page = await get().signedIn('admin', '#/refreshtokens');
    await row(page, /admin@/).waitFor();
    await refusePresentToken(get().context);
    await refreshList(page);
  });
});
