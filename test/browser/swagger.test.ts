import { decodeJwt } from 'jose';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.js';
import { basic, passwordOf } from '../support/client.js';
import { CACHE } from '../support/fixtures.mjs';
import { Service } from '../support/service.js';
import { TOKEN } from '../support/sessions.js';

describe('Swagger UI', () => {
  let service: Service;
  let dispose: () => Promise<void>;
  let browser: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    service = await Service.start();
    ({ browser, dispose } = await startChromium());
    page = await browser.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
    await page.goto(`${service.url}/docs`);
  });
  afterAll(async () => {
    await dispose();
    await service.dispose();
  });

  it('shows the service and its sections', async () => {
    expect(await page.title()).toBe('Tessera API');
    await page.getByRole('heading', { name: /^Tessera/ }).waitFor();
    const sections = await page.locator('.opblock-tag > a').allInnerTexts();
    expect(sections).toEqual([
      ...['RefreshTokens', 'Token', 'Users', 'Clients', 'Account', 'AuditTrailEntries'],
      ...['Discovery', 'Console', 'Health'],
    ]);
    await page.screenshot({ path: join(CACHE, 'swagger-overview.png'), fullPage: true });
  });

  it('signs in with the password flow, one of three ways to authorise, as a client whose name the user need not type', async () => {
    await page.locator('.auth-wrapper button.authorize').first().click();
    const dialog = page.locator('.dialog-ux .modal-ux');
    const ways = await dialog.locator('h4').allInnerTexts();
    expect(ways.map((way) => way.replace(/\s+/g, ' ').trim())).toEqual([
      'password (OAuth2, password)',
      'bearer (http, Bearer)',
      'basic (http, Basic)',
    ]);
    await page.screenshot({ path: join(CACHE, 'swagger-authorize.png') });
    const password = dialog.locator('.auth-container').first();
    await password.locator('#oauth_username').fill('admin@example.com');
    await password.locator('#oauth_password').fill(passwordOf('admin'));
    const answer = page.waitForResponse(`${service.url}${TOKEN}`);
    await password.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
    const { access_token: token } = (await (await answer).json()) as { access_token: string };
    expect(await (await answer).request().headerValue('authorization')).toBe(basic('swagger-ui', ''));
    expect(decodeJwt(token)['client_id']).toBe('swagger-ui');
    await password.getByRole('button', { name: 'Remove authorization' }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  it('creates a record from the example with "Try it out", and reads it back', async () => {
    const create = await open('post', '/api/sys/refreshtokens');
    const written = JSON.parse(await execute(create)) as { Message: string; Value: { Id: number } };
    expect(written.Message).toBe('RefreshToken was successfully created.');

    const get = await open('get', '/api/sys/refreshtokens/{id}');
    await get.getByPlaceholder('id').fill(String(written.Value.Id));
    const record = JSON.parse(await execute(get)) as object;
    expect(record).toMatchObject({ Id: written.Value.Id, Subject: 'ada@example.com', UpdatedBy: 'admin@example.com' });
    await get.scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(CACHE, 'swagger.png') });
  });

  it('causes no error and no warning in the browser', () => {
    expect(complaints).toEqual([]);
  });

  async function open(method: string, path: string): Promise<Locator> {
    const operation = page
      .locator(`.opblock-${method}`)
      .filter({ has: page.locator(`.opblock-summary-path[data-path="${path}"]`) });
    await operation.locator('.opblock-summary').click();
    return operation;
  }

  /** Sends the request of an operation and returns the body of the answer. */
  async function execute(operation: Locator): Promise<string> {
    await operation.getByRole('button', { name: 'Execute' }).click();
    const live = operation.locator('.live-responses-table .response').first();
    await live.locator('.response-col_status').filter({ hasText: '200' }).waitFor();
    return live.locator('.highlight-code code').first().innerText();
  }
});
