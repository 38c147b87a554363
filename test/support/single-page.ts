import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { startChromium } from './chromium.js';
import { passwordOf } from './client.js';
import { freePort, Service } from './service.js';

const SERVE = join(import.meta.dirname, '../../examples/browser/serve.mjs');

/** The single-page example in Chromium, on another origin than its service. */
export class SinglePage {
  /** Errors and warnings in the browser. */
  readonly complaints: string[] = [];
  readonly sent: Request[] = [];
  private readonly apps: ChildProcess[] = [];

  private constructor(
    readonly service: Service,
    readonly origin: string,
    readonly browser: BrowserContext,
    private readonly close: () => Promise<void>,
  ) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<SinglePage> {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const service = await Service.start({ ALLOWED_ORIGINS: origin, ...environment });
    const { browser, dispose } = await startChromium();
    const app = new SinglePage(service, origin, browser, dispose);
    await app.serve(port);
    return app;
  }

  /** Serves the example on a port, and returns its URL. */
  async serve(port: number): Promise<string> {
    const env = { PATH: process.env['PATH'], PORT: String(port), SERVICE_URL: this.service.url };
    const app = spawn(process.execPath, [SERVE], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.apps.push(app);
    await once(app.stdout, 'data');
    return `http://127.0.0.1:${port}`;
  }

  async tab(): Promise<Page> {
    const page = await this.browser.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('request', (request) => this.sent.push(request));
    await page.goto(this.origin);
    return page;
  }

  /** Signs the fixture user in who has all roles. */
  async signIn(page: Page, password = passwordOf('all')): Promise<void> {
    await page.getByLabel('E-mail').fill('all@example.com');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** The requests to the token endpoint with a grant. */
  grants(grant: string): Request[] {
    return this.sent.filter(
      (request) =>
        request.method() === 'POST' &&
        request.url() === `${this.service.url}/api/token` &&
        request.postData()?.includes(`grant_type=${grant}`),
    );
  }

  async dispose(): Promise<void> {
    await this.close();
    for (const app of this.apps) app.kill();
    await this.service.dispose();
  }
}

/** The end of the access token that a page shows. */
export function tokenOf(page: Page): Promise<string> {
  return page.locator('#token').innerText();
}
