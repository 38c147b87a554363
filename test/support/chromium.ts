import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const VIEWPORT = { width: 1280, height: 1600 };
const OPTIONS = {
  executablePath: CHROMIUM,
  // Chromium's own sandbox does not start as root, and containers often run as root.
  chromiumSandbox: process.getuid?.() !== 0,
  args: FLAGS,
};

/** Chromium without a profile: each context of it begins empty. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch(OPTIONS);
}

/** Chromium with a profile of its own. `dispose` closes it and deletes the profile. */
export async function startChromium(): Promise<{ browser: BrowserContext; dispose: () => Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'tessera-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, { ...OPTIONS, viewport: VIEWPORT });
  const dispose = async (): Promise<void> => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { browser, dispose };
}
