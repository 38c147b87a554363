/**
 * Writes the screenshots of Swagger UI in docs/images with Chromium, from the built service on a temporary data folder and port 3000. To be
 * run by hand when the pages have changed: no picture is the same on another machine, so the gate does not compare them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { withService } from './served.mjs';

const IMAGES = join(import.meta.dirname, '../docs/images');
const SERVICE = 'http://127.0.0.1:3000';
const PASSWORD = 'correct horse battery';

async function signIn(page) {
  await page.locator('.auth-wrapper button.authorize').first().click();
  const dialog = page.locator('.dialog-ux .modal-ux');
  const password = dialog.locator('.auth-container').first();
  await password.locator('#oauth_username').fill('admin@example.com');
  await password.locator('#oauth_password').fill(PASSWORD);
  await password.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
  await password.getByRole('button', { name: 'Remove authorization' }).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
}

async function createRecord(page) {
  const create = page
    .locator('.opblock-post')
    .filter({ has: page.locator('.opblock-summary-path[data-path="/api/sys/refreshtokens"]') });
  await create.locator('.opblock-summary').click();
  await create.getByRole('button', { name: 'Execute' }).click();
  const answer = create.locator('.live-responses-table');
  await answer.getByText('was successfully created').waitFor();
  await create.locator('.responses-wrapper').scrollIntoViewIfNeeded();
  await create
    .locator('.execute-wrapper, .btn-group')
    .first()
    .evaluate((element) => element.scrollIntoView());
}

const profile = mkdtempSync(join(tmpdir(), 'tessera-chromium-'));
try {
  await withService({ PORT: '3000', ADMIN_PASSWORD: PASSWORD }, async (app) => {
    await app.listen(3000, '127.0.0.1');
    const browser = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // As root, which containers often are, Chromium's own sandbox does not start.
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-gpu', '--disable-background-networking', '--disable-component-update'],
      viewport: { width: 1200, height: 900 },
    });
    try {
      const page = await browser.newPage();
      await page.goto(`${SERVICE}/docs`);
      await page.locator('.opblock-tag').first().waitFor();
      await page.screenshot({ path: join(IMAGES, 'swagger-ui.png') });
      await signIn(page);
      await createRecord(page);
      await page.screenshot({ path: join(IMAGES, 'swagger-ui-answer.png') });
    } finally {
      await browser.close();
    }
  });
} finally {
  rmSync(profile, { recursive: true, force: true });
}
