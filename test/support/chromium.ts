import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { CHROMIUM_OPTIONS } from './chromium-options.mjs';

export const VIEWPORT = { width: 1280, height: 1600 };

/** The Chromium that all suites share, if there is one; see `test/browser/setup.mjs`. */
const SHARED = process.env['CHROMIUM_ENDPOINT'];

/** Chromium without a profile: each context of it begins empty. To close it disconnects from a shared one. */
export function launchChromium(): Promise<Browser> {
  return SHARED === undefined ? chromium.launch(CHROMIUM_OPTIONS) : chromium.connect(SHARED);
}

/** An empty context of Chromium. `dispose` closes it. */
export async function startChromium(): Promise<{ browser: BrowserContext; dispose: () => Promise<void> }> {
  const chromium = await launchChromium();
  const browser = await chromium.newContext({ viewport: VIEWPORT });
  return { browser, dispose: () => chromium.close() };
}
