import type { Page } from 'playwright-core';
import { basicOf, passwordOf, RESOURCE } from '../support/client.js';
import { clickButton, faultsOf, replaySession, row, signIn, useConsole } from '../support/console.js';
import { Service } from '../support/service.js';
import { expectRefused, TOKEN, tokensOf, type Tokens } from '../support/sessions.js';

const PHONE = 'Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0';

describe('a support person in the console', () => {
  const get = useConsole(() => Service.start({ REFRESH_RETRY_WINDOW: '0', TRUSTED_PROXIES: '127.0.0.1' }));

  /** Signs a user in from a place. */
  async function signInFrom(address: string, client: string): Promise<Tokens> {
    const form = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
    const headers = { client_id: client, 'user-agent': PHONE, 'x-forwarded-for': address };
    return tokensOf(await get().service.client().form('POST', TOKEN, form, headers));
  }

  it('gets from “a user says they were logged out” to the reason and the ended thief in five clicks', async () => {
    const { service, context } = get();
    await replaySession(service, 'all', 'mobile-app');
    const thief = await signInFrom('203.0.113.9', 'web-app');
    await context.addInitScript(COUNT_CLICKS);
    const page = await get().signedIn('admin');
    await page.evaluate('clicks = 0');
    const began = Date.now();
    await page.getByRole('menuitem', { name: 'Why signed out?' }).click();
    await page.getByLabel('User (e-mail)').fill('all@example.com');
    await clickButton(page, 'Search');
    await row(page, /mobile-app/)
      .getByText('Ended, because an old refresh token was used again')
      .click();
    await page.getByRole('heading', { name: 'Ended, because an old refresh token was used again', level: 1 }).waitFor();
    await clickButton(page, 'End all of this user');
    await clickButton(page, 'End 1 session');
    await page.getByText('1 session was ended.').waitFor();
    process.stdout.write(`A support person took ${((Date.now() - began) / 1000).toFixed(1)} s.\n`);
    expect(await page.evaluate('clicks')).toBe(5);
    await expectRefused(service, thief.refresh);
    get().expectComplaints();
  });

  it('finds sessions by address and device, as the role allows', async () => {
    await signInFrom('198.51.100.7', 'tablet');
    const page = await get().signedIn('admin', '#/refreshtokens');
    await row(page, /admin@/).waitFor();
    await page.getByLabel('Address').fill('198.51.100.');
    await row(page, /admin@/).waitFor({ state: 'detached' });
    await row(page, /all@example.com tablet/).waitFor();
    await page.getByLabel('Address').fill('');
    await row(page, /admin@/).waitFor();
    await page.getByLabel('Device').fill('android');
    await row(page, /admin@/).waitFor({ state: 'detached' });
    await row(page, /all@example.com tablet/).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    // The fields react to every key, so a search that was replaced is no fault of the page.
    const reader = await get().context.browser()?.newPage({ locale: 'en-GB' });
    if (!reader) throw new Error('There is no browser.');
    await reader.goto(`${get().service.url}/console/#/refreshtokens`);
    await signIn(reader, 'list');
    await row(reader, /all@example.com tablet/).waitFor();
    expect(await reader.getByLabel(/^(Address|Device)$/).count()).toBe(0);
    await reader.close();
  });

  it('reads why a search by address gives up, and keeps the address', async () => {
    const page = await get().signedIn('admin', '#/refreshtokens');
    const Message = 'RefreshToken_Address: the other filters leave more than 100,000 records: add a narrower one';
    await page.route(`**${RESOURCE}?*RefreshToken_Address*`, (route) =>
      route.fulfill({ status: 400, json: { Message } }),
    );
    await page.getByLabel('Address').fill('203.0.113.9');
    await page.getByText(Message).first().waitFor();
    expect(await page.getByLabel('Address').inputValue()).toBe('203.0.113.9');
  });

  it('comes from an event to the story of its session, and finds every act on a narrow screen', async () => {
    await signInFrom('198.51.100.8', 'watch');
    const { body } = await get()
      .service.client(basicOf('admin'))
      .get('/api/sys/audittrailentries?AuditTrailEntry_ClientId=watch');
    const page = await get().tab(`#/audittrailentries/${body.Records[0].Id}/show`);
    await page.setViewportSize({ width: 390, height: 844 });
    await signIn(page, 'admin');
    await page.getByText('watch', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Story of the session' }).click();
    await page.getByRole('heading', { name: 'This session is live.' }).waitFor();
    await page.getByText('198.51.100.8 · Firefox 128 on Android').waitFor();
    for (const name of ['End session', 'End all of this user'])
      expect((await page.getByRole('button', { name }).innerText()).toLowerCase()).toBe(name.toLowerCase());
    await page.getByRole('link', { name: 'Sessions of this user' }).click();
    await page.getByRole('listitem').filter({ hasText: 'watch' }).getByText('Signed in').waitFor();
    expect(await overflowOf(page)).toBe(0);
    expect(await faultsOf(page)).toEqual([]);
    get().expectComplaints();
  });

  it('sees a menu of resources and pages, each once', async () => {
    const page = await get().signedIn('admin');
    await page.getByRole('menuitem', { name: 'Sessions' }).waitFor();
    expect(await page.locator('[role=menuitem]').allInnerTexts()).toEqual([
      ...['Overview', 'Sessions', 'Why signed out?', 'Audit trail entries', 'Clients', 'Users', 'Signing keys', 'Jobs'],
      'My account',
    ]);
  });
});

/** What a person clicks. The browser also makes a click of the Enter key; it has no detail. */
const COUNT_CLICKS = `globalThis.clicks = 0;
  addEventListener('click', ({ isTrusted, detail }) => { if (isTrusted && detail > 0) globalThis.clicks++; }, true);`;

async function overflowOf(page: Page): Promise<unknown> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
