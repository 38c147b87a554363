import type { Page } from 'playwright-core';
import { basicOf, RESOURCE } from '../support/client.js';
import { freePort } from '../support/service.js';
import { seconds } from '../support/sessions.js';
import { SinglePage, tokenOf } from '../support/single-page.js';

describe('the single-page example, on another origin than the service', () => {
  let app: SinglePage;
  let first: Page;
  let second: Page;

  beforeAll(async () => {
    app = await SinglePage.start();
    first = await app.tab();
    second = await app.tab();
  });
  afterAll(() => app.dispose());

  it('shows why a sign-in is refused', async () => {
    await app.signIn(first, 'wrong');
    await first.getByRole('alert').filter({ hasText: 'incorrect' }).waitFor();
    // Chromium logs every answer of 400 to its console.
    expect(app.complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  it('signs in, for all tabs', async () => {
    await app.signIn(first);
    await first.getByText('Signed in as all@example.com').waitFor();
    await second.getByText('Signed in as all@example.com').waitFor();
    expect(await tokenOf(second)).toBe(await tokenOf(first));
  });

  it('calls the API', async () => {
    for (const page of [first, second]) {
      await page.getByRole('button', { name: 'List my sessions' }).click();
      await page.getByText(/^browser-example-.*, last used/).waitFor();
    }
  });

  it('refreshes once when two tabs refresh at the same time', async () => {
    const before = await tokenOf(first);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await app.browser.route(`${app.service.url}/api/token`, async (route) => {
      await released;
      await route.continue();
    });
    await first.getByRole('button', { name: 'Refresh' }).click();
    await second.getByRole('button', { name: 'Refresh' }).click();
    await seconds(1);
    release();
    for (const page of [first, second]) await page.locator('#token').filter({ hasNotText: before }).waitFor();
    await app.browser.unroute(`${app.service.url}/api/token`);
    expect(await tokenOf(second)).toBe(await tokenOf(first));
    expect(app.grants('refresh_token')).toHaveLength(1);
    // Read before the click: the new token may reach both tabs before the next line runs.
    const current = await tokenOf(first);
    await second.getByRole('button', { name: 'Refresh' }).click();
    await second.locator('#token').filter({ hasNotText: current }).waitFor();
  });

  it('signs out, in all tabs and at the service', async () => {
    await second.getByRole('button', { name: 'Sign out' }).click();
    for (const page of [first, second]) await page.getByRole('button', { name: 'Sign in' }).waitFor();
    const query = 'RefreshToken_ClientId=browser-example-*';
    let total = 1;
    for (let n = 0; n < 100 && total > 0; n++) {
      total = (await app.service.client(basicOf('admin')).get(`${RESOURCE}?${query}`)).body.TotalItems as number;
      await seconds(0.1);
    }
    expect(total).toBe(0);
  });

  it('causes no error and no warning in the browser', () => {
    expect(app.complaints).toEqual([]);
  });

  it('cannot reach the service from an origin that is not listed', async () => {
    const page = await app.browser.newPage();
    await page.goto(await app.serve(await freePort()));
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await app.signIn(page);
    await page.getByRole('alert').filter({ hasText: 'Failed to fetch' }).waitFor();
    expect(said.join()).toContain("No 'Access-Control-Allow-Origin' header");
  });
});
