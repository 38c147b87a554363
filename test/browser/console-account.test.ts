import { join } from 'node:path';
import { TOTP } from 'otpauth';
import type { Locator, Page } from 'playwright-core';
import { basicOf, idsOf, passwordOf } from '../support/client.js';
import { clickButton, contentOf, faultsOf, overflowOf, signIn, useConsole } from '../support/console.js';
import { CACHE } from '../support/fixtures.mjs';
import { register } from '../support/registry.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { ask, askLogin, login } from '../support/sessions.js';

const NEW_PASSWORD = 'a better passphrase';

describe('the own account in the console', () => {
  const get = useConsole(() => Service.start());
  const section = (page: Page, name: string): Locator => page.getByRole('region', { name });
  const dialog = (page: Page): Locator => page.getByRole('dialog');
  const codeOf = async (page: Page): Promise<string> => {
    const secret = (await page.getByText('Or type this key').locator('code').innerText()).replaceAll(' ', '');
    return new TOTP({ secret }).generate();
  };

  it('is all that a user without roles sees, with devices and sign-ins', async () => {
    await login(get().service, 'none', 'my-phone');
    const page = await get().tab();
    await signIn(page, 'none', 'wrong');
    await page.getByRole('alert').waitFor();
    await signIn(page, 'none');
    await page.getByRole('heading', { name: 'none@example.com', level: 1 }).waitFor();
    expect(await page.locator('[role=menuitem]').allInnerTexts()).toEqual(['My account']);
    const devices = section(page, 'My devices').getByRole('listitem');
    await devices.filter({ hasText: 'my-phone' }).waitFor();
    expect(await devices.filter({ hasText: 'This session' }).innerText()).toMatch(/Chrom.*127\.0\.0\.1/s);
    const signIns = section(page, 'My last sign-ins').getByRole('row');
    await signIns.filter({ hasText: 'Refused: wrong password' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    get().expectComplaints(400);
    await page.screenshot({ path: join(CACHE, 'console-account.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await faultsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflowOf(page)).toBe(0);
    await page.screenshot({ path: join(CACHE, 'console-account-narrow.png') });
  });

  it('ends one device, all others, and all, by the keyboard alone', async () => {
    const { service } = get();
    for (const client of ['first', 'second', 'third']) await login(service, 'none', client);
    const page = await get().signedIn('none', '#/account');
    const devices = section(page, 'My devices').getByRole('listitem');
    await devices.filter({ hasText: 'first' }).getByRole('button').focus();
    await page.keyboard.press('Enter');
    await dialog(page).getByRole('heading', { name: 'End this session?' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await confirmByKeyboard(page);
    await devices.filter({ hasText: 'first' }).waitFor({ state: 'detached' });
    await devices.filter({ hasText: 'second' }).waitFor();
    await page.getByRole('button', { name: 'End all others' }).focus();
    await page.keyboard.press('Enter');
    await confirmByKeyboard(page);
    await devices.filter({ hasText: 'second' }).waitFor({ state: 'detached' });
    expect(await devices.count()).toBe(1);
    await page.getByRole('button', { name: 'End all, this one too' }).focus();
    await page.keyboard.press('Enter');
    await confirmByKeyboard(page);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('shows a failing API, and keeps a typed password until the API answers again', async () => {
    const page = await get().signedIn('create', '#/account');
    const form = section(page, 'Password');
    await form.getByLabel('Present password').fill('wrong');
    await form.locator('[name=NewPassword]').fill(NEW_PASSWORD);
    await form.getByLabel('New password again').fill('another');
    await clickButton(page, 'Change password');
    await form.getByText('The two new passwords differ.').waitFor();
    await form.getByLabel('New password again').fill(NEW_PASSWORD);
    await clickButton(page, 'Change password');
    await form.getByText('is wrong').waitFor();
    await form.getByLabel('Present password').fill(passwordOf('create'));
    await page.route('**/api/account/password', (route) => route.abort());
    await clickButton(page, 'Change password');
    await page.getByText('The service does not answer').waitFor();
    await page.unrouteAll();
    await clickButton(page, 'Change password');
    await page.getByText('The password was changed.').waitFor();
    const form2 = { grant_type: 'password', username: 'create@example.com', password: NEW_PASSWORD };
    expect((await ask(get().service, form2)).status).toBe(200);
    await page.route('**/api/account/sessions', (route) => route.fulfill({ status: 503, json: { Message: 'No.' } }));
    await page.reload();
    await section(page, 'My devices').getByRole('alert').filter({ hasText: 'No.' }).waitFor();
  });

  it('sets up a second factor after the password again, shows recovery codes once, and removes it', async () => {
    const { service, context } = get();
    const page = await get().signedIn('edit', '#/account');
    await section(page, 'My devices').getByRole('listitem').first().waitFor();
    await makeOld(service, 'edit');
    // The refresh that follows shows how old the sign-in is.
    await page.route('**/api/account/totp', (route) => route.fulfill({ status: 401, json: {} }), { times: 1 });
    await clickButton(page, 'Set up an app');
    await dialog(page).getByRole('heading', { name: 'Sign in again' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await dialog(page).getByLabel('Password').fill('wrong');
    await clickButton(page, 'Continue');
    await dialog(page).getByText('incorrect').waitFor();
    await dialog(page).getByLabel('Password').fill(passwordOf('edit'));
    await clickButton(page, 'Continue');
    await page.getByRole('img', { name: 'QR code' }).locator('svg').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel('Code that the app shows').fill('000000');
    await clickButton(page, 'Confirm');
    await page.getByText('is wrong, or of another time').waitFor();
    await page.getByLabel('Code that the app shows').fill(await codeOf(page));
    await clickButton(page, 'Confirm');
    await dialog(page).getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    const codes = await dialog(page).getByRole('listitem').allInnerTexts();
    expect(codes).toHaveLength(10);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await clickButton(page, 'Copy');
    const file = page.waitForEvent('download');
    await clickButton(page, 'Download');
    expect(await contentOf(await file)).toBe(`${codes.join('\n')}\n`);
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${codes.join('\n')}\n`);
    await clickButton(page, 'I have saved them');
    await page.getByText('10 recovery codes are left.').waitFor();
    const [code = '', next = ''] = codes;
    expect((await askLogin(service, 'edit')).body).toMatchObject({ error: 'two_factor_auth_check' });
    const form = { grant_type: 'password', username: 'edit@example.com', password: passwordOf('edit'), totp: code };
    expect((await ask(service, form)).status).toBe(200);
    await clickButton(page, 'Remove');
    await dialog(page).getByRole('button', { name: 'Remove' }).click();
    // The sign-in of this tab had no code.
    const again = page.getByRole('dialog', { name: 'Sign in again' });
    await again.getByLabel('Password').fill(passwordOf('edit'));
    await clickButton(page, 'Continue');
    await again.getByLabel('Code').fill(next);
    await clickButton(page, 'Continue');
    await page.getByText('The second factor was removed.').waitFor();
    expect((await askLogin(service, 'edit')).status).toBe(200);
  });

  it('changes a password that must be changed at the sign-in, and goes on', async () => {
    const { service } = get();
    const admin = service.client(basicOf('admin'));
    const { body } = await admin.get('/api/sys/users?User_Email=delete@example.com');
    const [{ Id: id }] = body.Records as [{ Id: number }];
    const command = { Key: 'USER_REQUIRE_PASSWORD_CHANGE', Ids: [id], Parameters: [] };
    expect((await admin.post('/api/sys/users/runcommand', command)).status).toBe(200);
    const page = await get().tab('#/account');
    await signIn(page, 'delete');
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel('New password', { exact: true }).fill('password1');
    await page.getByLabel('New password again').fill('password1');
    await clickButton(page, 'Change password and sign in');
    await page.getByRole('alert').filter({ hasText: 'common' }).waitFor();
    await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
    await page.getByLabel('New password again').fill(NEW_PASSWORD);
    await clickButton(page, 'Change password and sign in');
    await page.getByRole('heading', { name: 'delete@example.com', level: 1 }).waitFor();
  });
});

describe('the own account in the console, where only registered clients are admitted', () => {
  const get = useConsole(() => Service.start({ CLIENTS: 'registered' }));

  it.each([
    ['edit', 1],
    ['create', 3],
  ])('goes on with one session of %s after the password again, of at most %i', async (name, count) => {
    const { service } = get();
    const ids = await idsOfClients(service);
    await Promise.all(ids.map((id) => service.client(basicOf('admin')).send('DELETE', `/api/sys/clients/${id}`)));
    await register(service, 'console', { SessionsPerUser: count });
    const page = await get().signedIn(name, '#/account');
    await page.getByRole('region', { name: 'My devices' }).getByRole('listitem').first().waitFor();
    await makeOld(service, name);
    await page.route('**/api/account/totp', (route) => route.fulfill({ status: 401, json: {} }), { times: 1 });
    await clickButton(page, 'Set up an app');
    await page.getByRole('dialog').getByLabel('Password').fill(passwordOf(name));
    await clickButton(page, 'Continue');
    await page.getByRole('img', { name: 'QR code' }).locator('svg').waitFor();
    await page.reload();
    await page.getByText('This session').waitFor();
    expect(await page.getByRole('region', { name: 'My devices' }).getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/This session.*console/s),
    ]);
  });
});

/** As if the sign-ins of a fixture user were too old for what weakens the account. */
async function makeOld(service: Service, name: string): Promise<void> {
  await service.freeData();
  const old = `auth_time = auth_time - interval '301 seconds'`;
  await runSql(service.dataDir, `UPDATE refresh_tokens SET ${old} WHERE subject = '${name}@example.com'`);
  await service.resume();
}

async function idsOfClients(service: Service): Promise<number[]> {
  return idsOf(await service.client(basicOf('admin')).get('/api/sys/clients'));
}

/** The dialog has the focus: its last button confirms. */
async function confirmByKeyboard(page: Page): Promise<void> {
  const confirm = page.getByRole('dialog').getByRole('button').last();
  for (let n = 0; n < 5 && !(await confirm.evaluate((button) => button.matches(':focus'))); n++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}
