import { join } from 'node:path';
import type { BrowserContext, Locator, Page, Route } from 'playwright-core';
import { startChromium } from '../support/chromium.js';
import { basicOf } from '../support/client.js';
import { contentOf, faultsOf, openTab, overflowOf, signIn } from '../support/console.js';
import { CACHE } from '../support/fixtures.mjs';
import { Service } from '../support/service.js';
import { login, seconds } from '../support/sessions.js';

const TRAIL = '/api/sys/audittrailentries';
type Event = Readonly<Record<string, unknown>> & { readonly Id: number; readonly Kind: string };

describe('the pages of operators', () => {
  let service: Service;
  let dispose: () => Promise<void>;
  let browser: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  const menu = (name: string): Promise<void> => page.getByRole('menuitem', { name }).click();
  const row = (name: RegExp | string): Locator => page.getByRole('row', { name });
  const click = (name: string, within: Page | Locator = page): Promise<void> =>
    within.getByRole('button', { name, exact: true }).click();
  const refuse = (status: number, Message: string) => (route: Route) => route.fulfill({ status, json: { Message } });

  beforeAll(async () => {
    service = await Service.start();
    ({ browser, dispose } = await startChromium());
    page = await openTab(browser, `${service.url}/console/`, { complaints, hosts: new Set() });
    await signIn(page, 'admin');
    await page.getByRole('img', { name: 'Sign-ins' }).waitFor();
  });
  afterAll(async () => {
    await dispose();
    await service.dispose();
  });

  describe('the jobs', () => {
    it('are listed with their last run, and one is run after a confirmation', async () => {
      await menu('Jobs');
      await row(/expired-records/).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await click('Run expired-records now');
      await click('Run now', page.getByRole('dialog'));
      await page.getByText('expired-records ran, and changed 0 rows.').waitFor();
      await row(/expired-records.*Done/).waitFor();
      expect(complaints).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.screenshot({ path: join(CACHE, 'console-jobs.png') });
    });

    it('show the sentence of a failure', async () => {
      await page.route('**/api/sys/jobs/*/run', refuse(409, 'The job audit-seal runs already.'));
      await click('Run audit-seal now');
      await click('Run now', page.getByRole('dialog'));
      await page.getByText('The job audit-seal runs already.').waitFor();
      await page.unrouteAll();
      complaints.length = 0;
    });

    it('show that one failed, and why, and a slow API', async () => {
      await page.route('**/api/sys/jobs', async (route) => {
        const jobs = (await (await route.fetch()).json()) as { Name: string }[];
        await seconds(0.5);
        await route.fulfill({ json: jobs.map((job) => ({ ...job, Failure: 'The disk is full.' })) });
      });
      await page.reload();
      await row(/audit-seal.*Failed.*The disk is full/s).waitFor();
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      complaints.length = 0;
    });
  });

  describe('the signing keys', () => {
    it('are listed, and rotated after a confirmation that says what happens', async () => {
      await menu('Signing keys');
      await row(/Signs/).nth(1).waitFor();
      await click('Rotate');
      await page.getByRole('dialog').getByText('Nobody is signed out.').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await click('Rotate', page.getByRole('dialog'));
      await row(/Announced/).waitFor();
      await page.screenshot({ path: join(CACHE, 'console-keys.png') });
    });

    it('are all replaced immediately, and the console goes on with a new access token', async () => {
      await click('Rotate now');
      await click('Rotate now', page.getByRole('dialog'));
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await row(/Announced/).waitFor({ state: 'detached' });
      expect(await page.getByRole('row').count()).toBe(2);
      complaints.length = 0;
    });
  });

  describe('the audit trail', () => {
    const exported = async (format: string): Promise<string> => {
      await click('Export');
      await page.getByLabel('Format').selectOption(format);
      const [download] = await Promise.all([page.waitForEvent('download'), click('Export', page.getByRole('dialog'))]);
      expect(download.suggestedFilename()).toBe(`audit-trail.${format}`);
      return contentOf(download);
    };

    it('follows new events', async () => {
      await menu('Audit trail entries');
      await row(/login/).first().waitFor();
      await click('Follow');
      await login(service, 'edit', 'followed');
      await row(/edit@example.com/)
        .first()
        .waitFor();
      await click('Stop following');
      expect(await faultsOf(page)).toEqual([]);
    });

    it('is exported as NDJSON, in the order of time, each event once, as the filters say', async () => {
      await login(service, 'list', '=cmd');
      const all = (await exported('ndjson'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Event);
      const { body } = await service.client(basicOf('admin')).get(`${TRAIL}?size=10000`);
      const { Records: records } = body as { Records: Event[] };
      const isOlder = ({ Id }: Event): boolean => Id <= (all.at(-1)?.Id ?? 0);
      expect(all.map(({ Id }) => Id)).toEqual(records.filter(isOlder).map(({ Id }) => Id));
      expect(all[0]).toEqual(records[0]);
      await page.goto(`${service.url}/console/#/audittrailentries?filter={"AuditTrailEntry_ClientId":"=cmd"}`);
      await row(/job-run/).waitFor({ state: 'detached' });
      await row(/login/).waitFor();
      expect(JSON.parse(await exported('ndjson'))).toMatchObject({ Kind: 'login', ClientId: '=cmd' });
    });

    it('is exported as CSV, in which no text is a formula', async () => {
      const [head, line, ...others] = (await exported('csv')).trim().split('\r\n');
      expect(head).toMatch(/(^|,)Kind(,|$)/);
      expect(line).toContain(`,'=cmd,`);
      expect(others).toEqual([]);
    });

    it('shows the progress of an export, which can be cancelled', async () => {
      await page.route(`**${TRAIL}?*size=1000*`, async (route) => {
        await seconds(5);
        await route.continue().catch(() => undefined);
      });
      await click('Export');
      await click('Export', page.getByRole('dialog'));
      await page.getByRole('progressbar', { name: 'Export the events' }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await click('Cancel', page.getByRole('dialog'));
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      expect(complaints).toEqual([]);
    });

    it('is exported further when the service was busy, and says if it fails', async () => {
      await page.route(`**${TRAIL}?*size=1000*`, refuse(429, 'Another search is still running.'), { times: 1 });
      expect(await exported('csv')).toContain('=cmd');
      await page.route(`**${TRAIL}?*size=1000*`, refuse(503, 'The database cannot be reached.'), { times: 1 });
      await click('Export');
      await click('Export', page.getByRole('dialog'));
      await page.getByText('The database cannot be reached.').waitFor();
      complaints.length = 0;
    });
  });

  it('can be used on a narrow screen', async () => {
    page = await openTab(browser, `${service.url}/console/`, { complaints, hosts: new Set() });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${service.url}/console/#/jobs`);
    await row(/audit-seal/).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await page.screenshot({ path: join(CACHE, 'console-jobs-narrow.png') });
  });
});
