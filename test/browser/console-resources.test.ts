import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { basicOf, type Client } from '../support/client.js';
import { clickButton, faultsOf, row, useConsole } from '../support/console.js';
import { CACHE } from '../support/fixtures.mjs';
import { startCoupons } from '../support/resource-service.js';

describe('a resource of a team in the console', () => {
  const get = useConsole(() => startCoupons());
  const admin = (): Client => get().service.client(basicOf('admin'));
  /** Makes a coupon, and returns its id. */
  async function newCoupon(code: string): Promise<number> {
    const coupon = { Code: code, Percent: 10, ValidUntil: '2030-01-31T12:00:00Z' };
    return ((await admin().post('/api/sys/coupons', coupon)).body.Value as { Id: number }).Id;
  }
  const couponOf = async (id: number): Promise<Record<string, unknown>> =>
    (await admin().get(`/api/sys/coupons/${id}`)).body as Record<string, unknown>;
  const refreshList = (page: Page): Promise<void> => clickButton(page, 'Refresh');

  it('has lists and forms, with the failures of the API at their fields', async () => {
    const page = await get().signedIn('admin');
    await page.getByRole('menuitem', { name: 'Coupons' }).click();
    await page.getByText('There is nothing here that matches').waitFor();
    await page.getByRole('link', { name: 'Create' }).click();
    await page.getByLabel('Code').fill('MAY');
    await page.getByLabel('Percent').fill('101');
    await page.getByLabel('Valid until').fill('2030-01-31T12:00');
    await clickButton(page, 'Save');
    await page.getByText('must be at most 100').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel('Percent').fill('10');
    await page.route('**/api/sys/coupons', (route) => route.abort());
    await clickButton(page, 'Save');
    await page.getByText('The service does not answer').waitFor();
    expect(await page.getByLabel('Code').inputValue()).toBe('MAY');
    await page.unrouteAll();
    await clickButton(page, 'Save');
    await page.getByRole('heading', { name: 'Coupon MAY' }).or(page.getByText('Coupon MAY')).first().waitFor();
  });

  it('edits a record, and reports that another user changed the record meanwhile', async () => {
    const id = await newCoupon('JUNE');
    const page = await get().signedIn('admin', `#/coupons/${id}`);
    await page.getByLabel('Percent').fill('20');
    expect((await admin().put('/api/sys/coupons', { ...(await couponOf(id)), Note: 'meanwhile' })).status).toBe(200);
    await clickButton(page, 'Save');
    await page
      .getByText(/changed|If-Match|tag/i)
      .last()
      .waitFor();
    get().expectComplaints(412);
    await refreshList(page);
    await page.getByLabel('Note').and(page.locator('[value=meanwhile]')).or(page.getByText('meanwhile')).waitFor();
    await page.getByLabel('Percent').fill('30');
    await clickButton(page, 'Save');
    await page.getByText('30', { exact: true }).waitFor();
    expect(await couponOf(id)).toMatchObject({ Percent: 30, Note: 'meanwhile' });
  });

  it('runs a command on the selected records', async () => {
    const id = await newCoupon('JULY');
    const before = String((await couponOf(id))['ValidUntil']);
    const page = await get().signedIn('admin', '#/coupons');
    await row(page, /JULY/).getByRole('checkbox').click();
    await clickButton(page, 'Extend');
    await page.getByLabel('Days').fill('1');
    await clickButton(page, 'Run');
    await page.getByText('The command was run.').waitFor();
    expect(Date.parse(String((await couponOf(id))['ValidUntil'])) - Date.parse(before)).toBe(86_400_000);
  });

  it('shows that the API fails, and goes on when the API answers again', async () => {
    await newCoupon('AUGUST');
    const page = await get().signedIn('admin', '#/coupons');
    await row(page, /AUGUST/).waitFor();
    await page.route('**/api/sys/coupons?*', (route) =>
      route.fulfill({ status: 503, json: { Message: 'The database cannot be reached.' } }),
    );
    await refreshList(page);
    await page.getByText('The database cannot be reached.').first().waitFor();
    await page.unrouteAll();
    await refreshList(page);
    await row(page, /AUGUST/).waitFor();
  });

  it('can be read on a narrow, dark screen', async () => {
    await newCoupon('WINTER');
    const page = await get().signedIn('list', '#/coupons');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByText('WINTER').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.screenshot({ path: join(CACHE, 'console-narrow.png') });
  });
});
