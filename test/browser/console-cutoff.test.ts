import { basicOf, RESOURCE } from '../support/client.js';
import { clickButton, faultsOf, row, useConsole } from '../support/console.js';
import { Service } from '../support/service.js';
import { login } from '../support/sessions.js';

describe('ending many sessions in the console', () => {
  const get = useConsole(() => Service.start());
  const at = async (client: string): Promise<number> => {
    const { body } = await get().service.client(basicOf('admin')).get(`${RESOURCE}?RefreshToken_ClientId=${client}`);
    return body.TotalItems as number;
  };

  it('counts them first, and then ends those of a client', async () => {
    const { service } = get();
    for (const user of ['all', 'none', 'read']) await login(service, user, 'kiosk');
    await login(service, 'all', 'phone');
    const page = await get().signedIn('admin', '#/refreshtokens');
    await clickButton(page, 'End many …');
    const dialog = page.getByRole('dialog');
    await clickButton(page, 'Count them first');
    await dialog.getByText('must be true if there are').first().waitFor();
    await dialog.getByLabel('Only sign-ins before').fill('2999-01-01T00:00');
    await clickButton(page, 'Count them first');
    await dialog.getByText('must not be in the future').first().waitFor();
    await dialog.getByLabel('Only sign-ins before').fill('');
    await dialog.getByLabel('Only at this client').fill('no-such-client');
    await clickButton(page, 'Count them first');
    await dialog.getByText('There is no such session.').waitFor();
    await dialog.getByLabel('Only at this client').fill('kiosk');
    await clickButton(page, 'Count them first');
    await dialog.getByText('This ends 3 sessions.').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(await at('kiosk')).toBe(3);
    // Another choice must be counted again.
    await dialog.getByLabel('Only of this user').fill('all@example.com');
    await clickButton(page, 'Count them first');
    await clickButton(page, 'End 1 session');
    await page.getByText('1 session was ended.').waitFor();
    expect([await at('kiosk'), await at('phone')]).toEqual([2, 1]);
  });

  it('ends all of the user of a session', async () => {
    for (const client of ['one', 'two']) await login(get().service, 'edit', client);
    const page = await get().signedIn('admin', '#/refreshtokens');
    await row(page, /edit@example.com/).click();
    await clickButton(page, 'End all of this user');
    expect(await page.getByLabel('Only of this user').inputValue()).toBe('edit@example.com');
    await clickButton(page, 'End 2 sessions');
    await page.getByText('2 sessions were ended.').waitFor();
    await page.getByRole('heading', { name: 'Ended by a person, with others', level: 1 }).waitFor();
    expect([await at('one'), await at('two')]).toEqual([0, 0]);
  });

  it('ends the selected sessions, and is not offered to users who may not end any', async () => {
    for (const client of ['left', 'right', 'middle']) await login(get().service, 'delete', client);
    const page = await get().signedIn('all', '#/refreshtokens');
    for (const client of ['left', 'right'])
      await row(page, new RegExp(`delete@example.com ${client}`))
        .getByRole('checkbox')
        .click();
    await clickButton(page, 'End 2 sessions');
    await page.getByRole('dialog').getByRole('button', { name: 'End 2 sessions' }).click();
    await page.getByText('2 sessions were ended.').waitFor();
    expect([await at('left'), await at('right'), await at('middle')]).toEqual([0, 0, 1]);
    await page.close();
    const reader = await (await get().context.browser()?.newContext({ locale: 'en' }))?.newPage();
    if (!reader) throw new Error('There is no browser.');
    await reader.goto(`${get().service.url}/console/#/refreshtokens`);
    await reader.getByLabel('E-mail').fill('list@example.com');
    await reader.getByLabel('Password').fill('password of List');
    await clickButton(reader, 'Sign in');
    await row(reader, /delete@example.com/).waitFor();
    expect(await reader.getByRole('button', { name: /^End/ }).count()).toBe(0);
    await reader.context().close();
  });
});
