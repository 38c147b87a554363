import { join } from 'node:path';
import type { BrowserContext, Locator, Page, Route } from 'playwright-core';
import { startChromium } from '../support/chromium.js';
import { basicOf, passwordOf, RESOURCE } from '../support/client.js';
import { CACHE } from '../support/fixtures.mjs';
import { faultsOf, openTab, replaySession, signIn, signOut } from '../support/console.js';
import { startCoupons } from '../support/resource-service.js';
import type { Service } from '../support/service.js';
import { ask, seconds, TOKEN } from '../support/sessions.js';

describe('the console', () => {
  let service: Service;
  let dispose: () => Promise<void>;
  let browser: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const hosts = new Set<string>();

  const tab = (path = ''): Promise<Page> => openTab(browser, `${service.url}/console/${path}`, { complaints, hosts });
  const open = (hash: string): Promise<unknown> => page.goto(`${service.url}/console/#${hash}`);
  const row = (name: RegExp | string): Locator => page.getByRole('row', { name });
  const clickButton = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  /** Chromium logs every answer of 400 or more to its console. */
  const expectComplaints = (...statuses: number[]): void => {
    expect(complaints.splice(0)).toEqual(statuses.map((status) => expect.stringContaining(String(status)) as unknown));
  };

  beforeAll(async () => {
    service = await startCoupons({ REFRESH_RETRY_WINDOW: '0' });
    ({ browser, dispose } = await startChromium());
    page = await tab();
  });
  afterAll(async () => {
    await dispose();
    await service.dispose();
  });

  it('explains why a sign-in is refused, and keeps what was typed', async () => {
    await signIn(page, 'admin', 'wrong');
    await page.getByRole('alert').filter({ hasText: 'incorrect' }).waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe('admin@example.com');
    expect(await faultsOf(page)).toEqual([]);
    expectComplaints(400);
  });

  it('asks for a code if the service needs one, and then signs in', async () => {
    const json = { error: 'two_factor_auth_check', error_description: 'A code is needed.' };
    await page.route(`**${TOKEN}`, (route) => route.fulfill({ status: 400, json }), { times: 1 });
    await signIn(page, 'admin');
    await page.getByLabel('Code of your authenticator app').fill('123456');
    const sent = page.waitForRequest(`**${TOKEN}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect((await sent).postData()).toContain('totp=123456');
    await page.getByRole('menuitem', { name: 'Sessions' }).click();
    await row(/admin@example.com.*console-/).waitFor();
    expectComplaints(400);
  });

  it('shows from a search for a user why the session ended, who was there, and what to do', async () => {
    await replaySession(service, 'all', 'mobile-app');
    await page.getByRole('menuitem', { name: 'Why signed out?' }).click();
    await page.getByLabel('User (e-mail)').fill('all@');
    await clickButton('Search');
    await row(/mobile-app.*Ended, because an old refresh token was used again/)
      .getByRole('link')
      .click();
    await page.getByRole('heading', { name: 'Ended, because an old refresh token was used again', level: 1 }).waitFor();
    await page.getByRole('heading', { name: 'Two senders' }).waitFor();
    await page.getByText('let the user change the password').waitFor();
    await page.getByRole('img', { name: 'The session to scale' }).waitFor();
    expect(await page.getByRole('listitem').getByRole('heading').allInnerTexts()).toEqual([
      ...['Signed in', 'Ended, because an old refresh token was used again'],
    ]);
    expect(await faultsOf(page)).toEqual([]);
    await page.screenshot({ path: join(CACHE, 'console-story.png'), fullPage: true });
  });

  it('opens the story by its address in another tab, which needs no sign-in', async () => {
    const other = await tab(new URL(page.url()).hash);
    await other.getByRole('heading', { name: 'Ended, because', level: 1 }).waitFor();
    await other.close();
    expectComplaints();
  });

  it('finds sessions, ends one after a confirmation, and shows the new story', async () => {
    const login = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
    await ask(service, login, 'tablet');
    await page.getByRole('menuitem', { name: 'Sessions' }).click();
    await page.getByLabel('Client', { exact: true }).fill('tab');
    await page.getByRole('cell', { name: /console-/ }).waitFor({ state: 'hidden' });
    expect(await faultsOf(page)).toEqual([]);
    await row(/all@example.com/).click();
    await page.getByRole('heading', { name: 'This session is live.' }).waitFor();
    await clickButton('End session');
    await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
    await page.getByRole('heading', { name: 'Ended by a person', level: 1 }).waitFor();
    const { body } = await service.client(basicOf('admin')).get(`${RESOURCE}?RefreshToken_ClientId=tablet`);
    expect(body.TotalItems).toBe(0);
  });

  it('has lists and forms of a resource of a team, with the failures of the API at their fields', async () => {
    await page.getByRole('menuitem', { name: 'Coupons' }).click();
    await page.getByText('There is nothing here that matches').waitFor();
    await page.getByRole('link', { name: 'Create' }).click();
    await page.getByLabel('Code').fill('MAY');
    await page.getByLabel('Percent').fill('101');
    await page.getByLabel('Valid until').fill('2030-01-31T12:00');
    await clickButton('Save');
    await page.getByText('must be at most 100').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel('Percent').fill('10');
    await page.route('**/api/sys/coupons', (route) => route.abort(), { times: 1 });
    await clickButton('Save');
    await page.getByText('The service does not answer').waitFor();
    expect(await page.getByLabel('Code').inputValue()).toBe('MAY');
    await clickButton('Save');
    await page.getByRole('heading', { name: 'Coupon MAY' }).or(page.getByText('Coupon MAY')).first().waitFor();
    complaints.length = 0;
  });

  it('edits a record, and reports that another user changed the record meanwhile', async () => {
    const admin = service.client(basicOf('admin'));
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Percent').fill('20');
    const { body } = await admin.get('/api/sys/coupons');
    const [coupon] = body.Records as { Id: number }[];
    expect((await admin.put('/api/sys/coupons', { ...coupon, Note: 'meanwhile' })).status).toBe(200);
    await clickButton('Save');
    await page
      .getByText(/changed|If-Match|tag/i)
      .last()
      .waitFor();
    expectComplaints(412);
    await page.reload();
    await signIn(page, 'admin');
    await page.getByLabel('Percent').fill('30');
    await clickButton('Save');
    await page.getByText('30', { exact: true }).waitFor();
    expect((await admin.get('/api/sys/coupons')).body.Records).toMatchObject([{ Percent: 30, Note: 'meanwhile' }]);
  });

  it('runs a command of the resource on the selected records', async () => {
    const admin = service.client(basicOf('admin'));
    const before = (await admin.get('/api/sys/coupons')).body.Records[0].ValidUntil as string;
    await page.getByRole('menuitem', { name: 'Coupons' }).click();
    await row(/MAY/).getByRole('checkbox').click();
    await clickButton('Extend');
    await page.getByLabel('Days').fill('1');
    await clickButton('Run');
    await page.getByText('The command was run.').waitFor();
    const after = (await admin.get('/api/sys/coupons')).body.Records[0].ValidUntil as string;
    expect(Date.parse(after) - Date.parse(before)).toBe(86_400_000);
  });

  it('refreshes once for two tabs whose access tokens are refused, although the first answer is lost', async () => {
    const other = await tab('#/coupons');
    await other.getByRole('cell', { name: 'MAY' }).waitFor();
    complaints.length = 0;
    const refreshes: string[] = [];
    browser.on('request', (request) => {
      if (request.url().endsWith(TOKEN)) refreshes.push(request.postData() ?? '');
    });
    const refuse = (route: Route): Promise<void> => route.fulfill({ status: 401, json: {} });
    for (const one of [page, other]) await one.route('**/api/sys/coupons?*', refuse, { times: 1 });
    const lose = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort();
    };
    await browser.route(`**${TOKEN}`, lose, { times: 1 });
    await Promise.all([page, other].map((one) => one.getByRole('button', { name: 'Refresh', exact: true }).click()));
    for (const one of [page, other]) await one.getByRole('cell', { name: 'MAY' }).waitFor();
    await seconds(1);
    expect(refreshes).toHaveLength(2);
    expect(new Set(refreshes).size).toBe(1);
    complaints.length = 0;
    await signOut(page);
    await other.getByRole('button', { name: 'Sign in' }).waitFor();
    await other.close();
    const { body } = await service.client(basicOf('admin')).get(`${RESOURCE}?RefreshToken_ClientId=console-*`);
    expect(body.TotalItems).toBe(0);
  });

  it('hides what the user turned out not to be allowed', async () => {
    await open('/audittrailentries');
    await signIn(page, 'list');
    await page.getByText('Your user lacks the role for this page').waitFor();
    await page.getByRole('menuitem', { name: 'Coupons' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /Audit|Why/ }).count()).toBe(0);
    await page.getByRole('menuitem', { name: 'Sessions' }).click();
    await row(/list@example.com/).waitFor();
    complaints.length = 0;
    await signOut(page);
  });

  it('hides what the roles of the account do not allow', async () => {
    const account = { IsAdministrator: false, Roles: ['Coupon-List', 'Coupon-Read'] };
    await page.route('**/api/account', (route) => route.fulfill({ json: account }));
    await page.route('**/api/openapi.json', async (route) => {
      const document = (await (await route.fetch()).json()) as { paths: object };
      await route.fulfill({ json: { ...document, paths: { ...document.paths, '/api/account': {} } } });
    });
    await open('/');
    await signIn(page, 'list');
    await row(/MAY/).waitFor();
    expect(await page.locator('[role=menuitem]').allInnerTexts()).toEqual(['Coupons']);
    expect(await page.getByRole('link', { name: 'Create' }).count()).toBe(0);
    await page.unrouteAll();
  });

  it('shows that the API fails, and goes on when the API answers again', async () => {
    await page.route('**/api/sys/coupons?*', (route) =>
      route.fulfill({ status: 503, json: { Message: 'The database cannot be reached.' } }),
    );
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    await page.getByText('The database cannot be reached.').first().waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    await row(/MAY/).waitFor();
    complaints.length = 0;
  });

  it('can be used on a narrow, dark screen', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByText('MAY').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
    await page.screenshot({ path: join(CACHE, 'console-narrow.png') });
  });

  it('stores nothing, asks no other host, and ends its session with the last tab', async () => {
    expect(
      await page.evaluate(
        'indexedDB.databases().then(({ length }) => [localStorage.length, sessionStorage.length, length])',
      ),
    ).toEqual([0, 0, 0]);
    expect(await browser.cookies()).toEqual([]);
    expect([...hosts]).toEqual([service.url]);
    await page.close();
    const admin = service.client(basicOf('admin'));
    let total = 1;
    for (let n = 0; n < 50 && total > 0; n++) {
      total = (await admin.get(`${RESOURCE}?RefreshToken_ClientId=console-*`)).body.TotalItems as number;
      await seconds(0.1);
    }
    expect(total).toBe(0);
    expect(complaints).toEqual([]);
  });
});
