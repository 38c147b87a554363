import axe from 'axe-core';
import { text } from 'node:stream/consumers';
import type { Browser, BrowserContext, Download, Locator, Page } from 'playwright-core';
import { launchChromium, VIEWPORT } from './chromium.js';
import { basicOf, passwordOf, RESOURCE } from './client.js';
import type { Service } from './service.js';
import { ask, seconds } from './sessions.js';

/** How long a page may take on a busy machine. */
const LIMIT_MS = 30_000;

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

/** How many pixels of a page a narrow screen hides on its right. The page takes a moment to get the width of the screen. */
export async function overflowOf(page: Page): Promise<number> {
  let overflow = 1;
  for (let n = 0; n < 50 && overflow !== 0; n++) {
    if (n > 0) await seconds(0.1);
    overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  }
  return overflow;
}

/** The content of a downloaded file. The browser may be one that other suites use too, so its file has no path here. */
export async function contentOf(download: Download): Promise<string> {
  return text(await download.createReadStream());
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
  opened.setDefaultTimeout(LIMIT_MS);
  opened.on('pageerror', (error) => complaints.push(error.message));
  opened.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  opened.on('request', (request) => hosts.add(new URL(request.url()).origin));
  await opened.goto(url);
  return opened;
}

/** The browser of one test: it begins without tabs and without a session. */
export class Console implements Seen {
  readonly complaints: string[] = [];
  readonly hosts = new Set<string>();

  constructor(
    readonly service: Service,
    readonly context: BrowserContext,
  ) {}

  /** Opens a tab at a place of the console, such as `#/history`. */
  tab(place = ''): Promise<Page> {
    return openTab(this.context, `${this.service.url}/console/${place}`, this);
  }

  /** Opens a tab and signs a fixture user in. */
  async signedIn(name: string, place = ''): Promise<Page> {
    const opened = await this.tab(place);
    await signIn(opened, name);
    await opened.getByRole('button', { name: 'Profile' }).waitFor();
    return opened;
  }

  /** Chromium logs every answer of 400 or more to its console. */
  expectComplaints(...statuses: number[]): void {
    expect(this.complaints.splice(0)).toEqual(
      statuses.map((status) => expect.stringContaining(String(status)) as unknown),
    );
  }

  /** How many sessions of consoles the service has. */
  async sessions(): Promise<number> {
    const { body } = await this.service.client(basicOf('admin')).get(`${RESOURCE}?RefreshToken_ClientId=console-*`);
    return body.TotalItems as number;
  }
}

/** A service for all tests of a suite, and a new browser for each: no test depends on the state that another test left. */
export function useConsole(start: () => Promise<Service>): () => Console {
  let service: Service;
  let chromium: Browser;
  let opened: Console;
  beforeAll(async () => {
    [service, chromium] = await Promise.all([start(), launchChromium()]);
  });
  beforeEach(async () => {
    opened = new Console(service, await chromium.newContext({ viewport: VIEWPORT, locale: 'en-GB' }));
  });
  afterEach(() => opened.context.close());
  afterAll(async () => {
    await chromium.close();
    await service.dispose();
  });
  return () => opened;
}

export const clickButton = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();
/** The first row of a table with this name. */
export const row = (page: Page, name: RegExp | string): Locator => page.getByRole('row', { name }).first();
