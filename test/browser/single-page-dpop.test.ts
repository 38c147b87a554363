import type { Page, Response } from 'playwright-core';
import { basicOf, RESOURCE } from '../support/client.js';
import { askRefresh, isAlive, seconds, the, TOKEN, type Tokens } from '../support/sessions.js';
import { SinglePage, tokenOf } from '../support/single-page.js';

/** So the leader renews the access token after five seconds or a little more. */
const TTL = '15';

/** Reads a value that the app keeps in IndexedDB, by the app's own module. */
const stored = (page: Page, name: string): Promise<unknown> =>
  page.evaluate(`import('/store.js').then(({ read }) => read('${name}'))`);

/** Whether the private key may be exported, and the result or the error of the export. Undefined if there is no key. */
const exportedKey = (page: Page): Promise<unknown> =>
  page.evaluate(`import('/store.js').then(({ read }) => read('key')).then(async (pair) => pair && [
    pair.privateKey.extractable,
    await crypto.subtle.exportKey('jwk', pair.privateKey).catch(({ name }) => name),
  ])`);

describe('the single-page example, with a service that demands nonces', () => {
  let app: SinglePage;
  let tabs: Page[];
  const answers: Response[] = [];

  beforeAll(async () => {
    app = await SinglePage.start({ DPOP_NONCE: 'required', ACCESS_TOKEN_TTL: TTL });
    app.browser.on('response', (response) => answers.push(response));
    tabs = [await app.tab(), await app.tab()];
  });
  afterAll(() => app.dispose());

  const first = (): Page => the(tabs[0]);
  const leaders = async (): Promise<Page[]> => {
    const visible = await Promise.all(tabs.map((page) => page.locator('#leader').isVisible()));
    return tabs.filter((_page, index) => visible[index]);
  };
  const refreshed = (): number =>
    answers.filter((answer) => answer.status() === 200 && app.grants('refresh_token').includes(answer.request()))
      .length;
  const untilOther = async (token: string): Promise<void> => {
    for (const page of tabs) await page.locator('#token').filter({ hasNotText: token }).waitFor();
  };

  it('signs in with a key that nobody can copy, and with the nonce of the service', async () => {
    await app.signIn(first());
    for (const page of tabs) await page.getByText('Signed in as all@example.com').waitFor();
    expect(await exportedKey(the(tabs[1]))).toEqual([false, 'InvalidAccessError']);
    // The service refused the first proof, which had no nonce. Chromium logs the refusal to its console.
    expect(app.grants('password')).toHaveLength(2);
    expect(app.complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  it('calls the API with a proof for each request, in both tabs', async () => {
    for (const page of tabs) {
      await page.getByRole('button', { name: 'List my sessions' }).click();
      await page.getByText(/^browser-example-.*, last used/).waitFor();
    }
    const sent = app.sent.filter((request) => request.method() === 'GET' && request.url().includes(RESOURCE));
    const headers = await Promise.all(sent.map((request) => request.allHeaders()));
    expect(headers.map(({ authorization }) => authorization?.split(' ', 1)[0])).toEqual(headers.map(() => 'DPoP'));
    expect(new Set(headers.map(({ dpop }) => dpop)).size).toBe(headers.length);
  });

  it('keeps tokens that are worth nothing without the key', async () => {
    const { access, refresh } = (await stored(first(), 'session')) as Tokens;
    expect(await isAlive(app.service, { access, refresh })).toBe(false);
    const { status, body } = await askRefresh(app.service, refresh);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  it('renews the token in one tab, the leader, for both', async () => {
    expect(await leaders()).toHaveLength(1);
    const before = refreshed();
    await untilOther(await tokenOf(first()));
    expect([await tokenOf(the(tabs[1])), refreshed()]).toEqual([await tokenOf(first()), before + 1]);
  });

  it('has another leader when the tab of the leader is closed', async () => {
    const [leader] = await leaders();
    await leader?.close();
    tabs = tabs.filter((page) => page !== leader);
    await first().locator('#leader').waitFor();
    const before = refreshed();
    await untilOther(await tokenOf(first()));
    expect(refreshed()).toBe(before + 1);
  });

  it('survives a reload', async () => {
    const page = first();
    await page.reload();
    await page.getByRole('button', { name: 'List my sessions' }).click();
    await page.getByText(/^browser-example-.*, last used/).waitFor();
  });

  it('forgets session and key when the service refuses the token, and shows why', async () => {
    const admin = app.service.client(basicOf('admin'));
    const { body } = await admin.get(`${RESOURCE}?RefreshToken_ClientId=browser-example-*`);
    const [{ Id: id }] = (body as { Records: [{ Id: number }] }).Records;
    expect((await admin.delete(`${RESOURCE}/${id}`)).status).toBe(200);
    const page = first();
    await page.getByRole('button', { name: 'List my sessions' }).click();
    await page.getByRole('alert').filter({ hasText: 'The refresh token is not valid, or no longer.' }).waitFor();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await seconds(0.5);
    expect([await exportedKey(page), await stored(page, 'session')]).toEqual([undefined, undefined]);
    await app.signIn(page);
    await page.getByText('Signed in as all@example.com').waitFor();
  });

  it('does not fall back to tokens that are not bound', async () => {
    const page = first();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await app.browser.route(`${app.service.url}${TOKEN}`, async (route) => {
      const headers = await route.request().allHeaders();
      delete headers['dpop'];
      await route.continue({ headers });
    });
    await app.signIn(page);
    await page.getByRole('alert').filter({ hasText: 'The service did not bind the token to the key.' }).waitFor();
    expect(await stored(page, 'session')).toBeUndefined();
  });
});
