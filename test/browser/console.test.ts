import { join } from 'node:path';
import type { Page, Route } from 'playwright-core';
import { basicOf, passwordOf, RESOURCE } from '../support/client.js';
import { clickButton, faultsOf, overflowOf, replaySession, row, signIn, useConsole } from '../support/console.js';
import { CACHE } from '../support/fixtures.mjs';
import { startCoupons } from '../support/resource-service.js';
import { ask, TOKEN } from '../support/sessions.js';

describe('the console', () => {
  const get = useConsole(() => startCoupons({ REFRESH_RETRY_WINDOW: '0' }));

  it('explains why a sign-in is refused, and keeps what was typed', async () => {
    const page = await get().tab();
    await signIn(page, 'admin', 'wrong');
    await page.getByRole('alert').filter({ hasText: 'incorrect' }).waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe('admin@example.com');
    expect(await faultsOf(page)).toEqual([]);
    get().expectComplaints(400);
  });

  it('asks for a code if the service needs one, and then signs in', async () => {
    const page = await get().tab();
    const body = JSON.stringify({ error: 'two_factor_auth_check', error_description: 'A code is needed.' });
    const once = (route: Route): Promise<void> => route.fulfill({ status: 400, contentType: 'application/json', body });
    await page.route(`**${TOKEN}`, once, { times: 1 });
    await signIn(page, 'admin');
    await page.getByLabel('Code of your authenticator app').fill('123456');
    const sent = page.waitForRequest(`**${TOKEN}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect((await sent).postData()).toContain('totp=123456');
    await page.getByRole('menuitem', { name: 'Sessions' }).click();
    await row(page, /admin@example.com.*console-/).waitFor();
    get().expectComplaints(400);
  });

  it('shows from a search for a user why the session ended, who was there, and what to do', async () => {
    const page = await get().signedIn('admin');
    await replaySession(get().service, 'all', 'mobile-app');
    await page.getByRole('menuitem', { name: 'Why signed out?' }).click();
    await page.getByLabel('User (e-mail)').fill('all@');
    await clickButton(page, 'Search');
    await row(page, /mobile-app.*Ended, because an old refresh token was used again/)
      .getByRole('link')
      .click();
    await page.getByRole('heading', { name: 'Ended, because an old refresh token was used again', level: 1 }).waitFor();
    await page.getByRole('heading', { name: 'Two senders' }).waitFor();
    await page.getByText('let the user change the password').waitFor();
    await page.getByRole('img', { name: 'The session to scale' }).waitFor();
    const steps = await page.getByRole('listitem').getByRole('heading').allInnerTexts();
    // A refresh in another second than the sign-in is a step too.
    expect(steps.filter((step) => step !== 'Refreshed')).toEqual([
      ...['Signed in', 'Ended, because an old refresh token was used again'],
    ]);
    expect(await faultsOf(page)).toEqual([]);
    await page.screenshot({ path: join(CACHE, 'console-story.png'), fullPage: true });
    // The address of the story opens in another tab, which needs no sign-in.
    const other = await get().tab(new URL(page.url()).hash);
    await other.getByRole('heading', { name: 'Ended, because', level: 1 }).waitFor();
    get().expectComplaints();
  });

  it('finds sessions, ends one after a confirmation, and shows the new story', async () => {
    const { service } = get();
    const page = await get().signedIn('admin');
    const login = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
    await ask(service, login, 'tablet');
    await page.getByRole('menuitem', { name: 'Sessions' }).click();
    await page.getByLabel('Client', { exact: true }).fill('tab');
    await page
      .getByRole('cell', { name: /console-/ })
      .first()
      .waitFor({ state: 'hidden' });
    expect(await faultsOf(page)).toEqual([]);
    await row(page, /all@example.com/).click();
    await page.getByRole('heading', { name: 'This session is live.' }).waitFor();
    await clickButton(page, 'End session');
    await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
    await page.getByRole('heading', { name: 'Ended by a person', level: 1 }).waitFor();
    const { body } = await service.client(basicOf('admin')).get(`${RESOURCE}?RefreshToken_ClientId=tablet`);
    expect(body.TotalItems).toBe(0);
  });

  it('hides what the user turned out not to be allowed', async () => {
    const page = await withoutAccount(await get().tab('#/audittrailentries'));
    await signIn(page, 'list');
    await page.getByText('Your user lacks the role for this page').waitFor();
    await page.getByRole('menuitem', { name: 'Coupons' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /Audit|Why/ }).count()).toBe(0);
    await page.getByRole('menuitem', { name: 'Sessions' }).click();
    await row(page, /list@example.com/).waitFor();
  });

  it('hides what the roles of the account do not allow', async () => {
    const page = await get().tab('#/coupons');
    await signIn(page, 'list');
    await page.getByText('There is nothing here that matches').waitFor();
    expect(await page.getByRole('menuitem', { name: /Audit|Why/ }).count()).toBe(0);
    await page.getByRole('menuitem', { name: 'Sessions' }).waitFor();
    expect(await page.getByRole('link', { name: 'Create' }).count()).toBe(0);
    get().expectComplaints();
  });

  it('can be used on a narrow, dark screen', async () => {
    const page = await get().signedIn('admin', '#/refreshtokens');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByText('admin@example.com').first().waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
  });
});

/** The page of a service that has no route `GET /api/account`: an older service, or one that a proxy keeps it from. */
async function withoutAccount(page: Page): Promise<Page> {
  await page.route('**/api/openapi.json', async (route) => {
    const { paths, ...document } = (await (await route.fetch()).json()) as { paths: Record<string, object> };
    const others = Object.entries(paths).filter(([path]) => path !== '/api/account');
    await route.fulfill({ json: { ...document, paths: Object.fromEntries(others) } });
  });
  return page;
}
