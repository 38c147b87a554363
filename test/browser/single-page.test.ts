import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { startChromium } from '../support/chromium.js';
import { basicOf, passwordOf, RESOURCE } from '../support/client.js';
import { freePort, Service } from '../support/service.js';
import { seconds } from '../support/sessions.js';

const SERVE = join(import.meta.dirname, '../../examples/browser/serve.mjs');

describe('the single-page example, on another origin than the service', () => {
  let service: Service;
  const apps: ChildProcess[] = [];
  let origin: string;
  let dispose: () => Promise<void>;
  let browser: BrowserContext;
  let first: Page;
  let second: Page;
  const complaints: string[] = [];
  const sent: Request[] = [];

  async function tab(): Promise<Page> {
    const page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('request', (request) => sent.push(request));
    await page.goto(origin);
    return page;
  }

  /** Serves the example on a port. */
  async function serve(port: number): Promise<{ url: string }> {
    const env = { PATH: process.env['PATH'], PORT: String(port), SERVICE_URL: service.url };
    const app = spawn(process.execPath, [SERVE], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    apps.push(app);
    await once(app.stdout, 'data');
    return { url: `http://127.0.0.1:${port}` };
  }

  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    service = await Service.start({ ALLOWED_ORIGINS: origin });
    await serve(port);
    ({ browser, dispose } = await startChromium());
    first = await tab();
    second = await tab();
  });
  afterAll(async () => {
    await dispose();
    for (const app of apps) app.kill();
    await service.dispose();
  });

  const tokenOf = (page: Page): Promise<string> => page.locator('#token').innerText();
  const grants = (grant: string): Request[] =>
    sent.filter(
      (request) =>
        request.method() === 'POST' &&
        request.url() === `${service.url}/api/token` &&
        request.postData()?.includes(`grant_type=${grant}`),
    );

  it('shows why a sign-in is refused', async () => {
    await first.getByLabel('E-mail').fill('all@example.com');
    await first.getByLabel('Password').fill('wrong');
    await first.getByRole('button', { name: 'Sign in' }).click();
    await first.getByRole('alert').filter({ hasText: 'incorrect' }).waitFor();
    // Chromium logs every answer of 400 to its console.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  it('signs in, for all tabs', async () => {
    await first.getByLabel('Password').fill(passwordOf('all'));
    await first.getByRole('button', { name: 'Sign in' }).click();
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
    await browser.route(`${service.url}/api/token`, async (route) => {
      await released;
      await route.continue();
    });
    await first.getByRole('button', { name: 'Refresh' }).click();
    await second.getByRole('button', { name: 'Refresh' }).click();
    await seconds(1);
    release();
    for (const page of [first, second]) await page.locator('#token').filter({ hasNotText: before }).waitFor();
    await browser.unroute(`${service.url}/api/token`);
    expect(await tokenOf(second)).toBe(await tokenOf(first));
    expect(grants('refresh_token')).toHaveLength(1);
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
      total = (await service.client(basicOf('admin')).get(`${RESOURCE}?${query}`)).body.TotalItems as number;
      await seconds(0.1);
    }
    expect(total).toBe(0);
  });

  it('causes no error and no warning in the browser', () => {
    expect(complaints).toEqual([]);
  });

  it('cannot reach the service from an origin that is not listed', async () => {
    const page = await browser.newPage();
    await page.goto((await serve(await freePort())).url);
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await page.getByLabel('E-mail').fill('all@example.com');
    await page.getByLabel('Password').fill(passwordOf('all'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'Failed to fetch' }).waitFor();
    expect(said.join()).toContain("No 'Access-Control-Allow-Origin' header");
  });
});
