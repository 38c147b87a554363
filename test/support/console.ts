import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { passwordOf } from './client.js';
import type { Service } from './service.js';
import { ask, seconds } from './sessions.js';

/** What a screen reader or a keyboard user would stumble over, by axe. */
export async function faultsOf(page: Page): Promise<string[]> {
  // Until a transition ends, colours are mixed.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await seconds(0.5);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' ')}`);
}

export async function signIn(on: Page, name: string, password = passwordOf(name)): Promise<void> {
  await on.getByLabel('E-mail').fill(`${name}@example.com`);
  await on.getByLabel('Password').fill(password);
  await on.getByRole('button', { name: 'Sign in' }).click();
}

export async function signOut(on: Page): Promise<void> {
  await on.getByRole('button', { name: 'Profile' }).click();
  await on.getByRole('menuitem', { name: 'Logout' }).click();
  await on.getByRole('button', { name: 'Sign in' }).waitFor();
}

/** A session that ends because its first refresh token is used again. The service needs REFRESH_RETRY_WINDOW=0. */
export async function replaySession(service: Service, user: string, client: string): Promise<void> {
  const login = { grant_type: 'password', username: `${user}@example.com`, password: passwordOf(user) };
  const refresh = async (token: string): Promise<string> => {
    const answer = await ask(service, { grant_type: 'refresh_token', refresh_token: token });
    return (answer.body as { refresh_token: string }).refresh_token;
  };
  const first = ((await ask(service, login, client)).body as { refresh_token: string }).refresh_token;
  await refresh(await refresh(first));
  await refresh(first);
}

/** What the browser complained of, and the origins that it sent requests to. */
interface Seen {
  readonly complaints: string[];
  readonly hosts: Set<string>;
}

export async function openTab(browser: BrowserContext, url: string, { complaints, hosts }: Seen): Promise<Page> {
  const opened = await browser.newPage();
  opened.setDefaultTimeout(15_000);
  opened.on('pageerror', (error) => complaints.push(error.message));
  opened.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  opened.on('request', (request) => hosts.add(new URL(request.url()).origin));
  await opened.goto(url);
  return opened;
}
