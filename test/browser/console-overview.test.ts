import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.js';
import { basicOf } from '../support/client.js';
import { faultsOf, openTab, overflowOf, replaySession, signIn, signOut } from '../support/console.js';
import { CACHE } from '../support/fixtures.mjs';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { ask, login, refresh } from '../support/sessions.js';

/** Events of the last thirty days, more by day than by night. */
const HISTORY = `
  INSERT INTO event_counts
    SELECT hour, kind, reason, greatest(1, (size * (1.2 + sin(extract(epoch FROM hour) / 86400 * 6.28)) + 3 * sin(extract(epoch FROM hour) / 3000))::int)
    FROM generate_series(date_trunc('hour', now()) - interval '30 days', date_trunc('hour', now()) - interval '1 hour', '1 hour') hour,
      (VALUES ('login', '', 40), ('login-failed', 'wrong-password', 5), ('login-failed', 'unknown-user', 2), ('refreshed', '', 400),
        ('refresh-retried', '', 12), ('refreshed-elsewhere', '', 4), ('refresh-refused', 'session-ended', 6), ('refresh-refused', 'expired', 9),
        ('session-ended', 'revoked', 20), ('session-ended', 'password-changed', 2), ('session-ended', 'replayed', 1)) kinds (kind, reason, size);
  INSERT INTO session_counts SELECT hour, 900 + 200 * sin(extract(epoch FROM hour) / 86400 * 6.28)
    FROM generate_series(date_trunc('hour', now()) - interval '30 days', date_trunc('hour', now()) - interval '1 hour', '1 hour') hour`;

describe('the overview of the console', () => {
  let service: Service;
  let dispose: () => Promise<void>;
  let browser: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const hosts = new Set<string>();

  const section = (name: string): Locator => page.getByRole('region', { name, exact: true });
  const table = (name: string): Locator => page.getByRole('table', { name: `${name}, as a table` });
  const openTable = async (name: string): Promise<Locator> => {
    await section(name).getByText('Show as a table').click();
    return table(name);
  };

  beforeAll(async () => {
    service = await Service.start({ REFRESH_RETRY_WINDOW: '0' });
    ({ browser, dispose } = await startChromium());
    page = await openTab(browser, `${service.url}/console/`, { complaints, hosts });
  });
  afterAll(async () => {
    await dispose();
    await service.dispose();
  });

  it('is the first page, also if nothing has happened yet', async () => {
    await signIn(page, 'admin');
    await section('Live sessions now').getByText('1', { exact: true }).waitFor();
    await section('Refusals by reason').getByText('Nothing happened in this period').waitFor();
    await section('Audit trail').getByText('Not verified yet').waitFor();
    await section('Database').getByText('PostgreSQL').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows within seconds, without a reload, what happens', async () => {
    await page.getByRole('img', { name: 'Sign-ins' }).waitFor();
    const sums = section('Sign-ins').getByText('Signed in: ');
    expect(await sums.innerText()).toContain('1 in all');
    const tokens = await login(service, 'list', 'app');
    await refresh(service, tokens);
    await ask(service, { grant_type: 'password', username: 'nobody@example.com', password: 'guess' });
    await section('Sign-ins').getByText('Signed in: 2 in all').waitFor();
    await section('Refusals by reason').getByText('Unknown user: 1 in all').waitFor();
    await section('Live sessions now').getByText('2', { exact: true }).waitFor();
    await section('Refreshes').getByText('Refreshed: 1 in all').waitFor({ timeout: 30_000 });
  });

  it('shows a replay among the ends, and the numbers in a table', async () => {
    await replaySession(service, 'all', 'mobile-app');
    await section('Ended sessions by reason').getByText('Replayed: an old token was used again: 1 in all').waitFor();
    const numbers = await openTable('Ended sessions by reason');
    expect(await numbers.getByRole('row').count()).toBe(25);
    expect(await numbers.getByRole('row').nth(1).getByRole('cell').allInnerTexts()).toEqual(['1']);
    expect(await faultsOf(page)).toEqual([]);
  });

  it('verifies the audit trail, and says what was found', async () => {
    await service.client(basicOf('admin')).post('/api/sys/jobs/audit-seal/run', {});
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText(/events under \d+ seals are as the service wrote them/).waitFor();
    await section('Audit trail').getByText('Intact').waitFor();
    complaints.length = 0;
  });

  it('has the last thirty days by day, and a changed trail visibly, also after it could not be reached', async () => {
    await service.freeData();
    await runSql(service.dataDir, `${HISTORY}; UPDATE audit_trail_entries SET actor = 'nobody' WHERE id = 1`);
    await service.resume();
    await page.getByRole('button', { name: '30 days' }).click();
    await section('Refreshes')
      .getByText(/Refreshed: \d{3},\d{3} in all/)
      .waitFor({ timeout: 30_000 });
    expect(await (await openTable('Sign-ins')).getByRole('row').count()).toBe(31);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByRole('alert').getByText('The audit trail was changed outside the service.').waitFor();
    await section('Audit trail').getByText('Changed from outside').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    for (const name of ['Sign-ins', 'Ended sessions by reason'])
      await section(name).getByText('Show as a table').click();
    await page.getByRole('button', { name: '7 days' }).click();
    await page.setViewportSize({ width: 1280, height: 900 });
    await section('Refreshes')
      .getByText(/Refreshed: \d{2},\d{3} in all/)
      .waitFor();
    complaints.length = 0;
    await page.screenshot({ path: join(CACHE, 'console-overview.png'), fullPage: true });
  });

  it('shows that the API fails, and keeps the last numbers', async () => {
    await page.route('**/api/sys/statistics*', (route) =>
      route.fulfill({ status: 503, json: { Message: 'The database cannot be reached.' } }),
    );
    await page.getByText('The database cannot be reached.').waitFor();
    await page.getByRole('img', { name: 'Sign-ins' }).waitFor();
    await page.unrouteAll();
    await page.getByText('The database cannot be reached.').waitFor({ state: 'detached' });
    complaints.length = 0;
  });

  it('stops a verification of a slow service', async () => {
    await page.route('**/api/sys/audittrailentries/verify', () => undefined);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByRole('progressbar', { name: 'Verifying' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The verification was cancelled.').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('can be read on a narrow and on a dark screen', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: join(CACHE, 'console-overview-dark.png'), fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await faultsOf(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await page.screenshot({ path: join(CACHE, 'console-overview-narrow.png'), fullPage: true });
  });

  it('is not offered to users without the role', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await signOut(page);
    complaints.length = 0;
    await signIn(page, 'list');
    await page.getByRole('menuitem', { name: 'Sessions' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /Overview|Jobs|Signing keys/ }).count()).toBe(0);
    await page.goto(`${service.url}/console/#/jobs`);
    await page.getByText('Your user lacks the role for this page').waitFor();
    expect(complaints).toEqual([]);
  });
});
