import { chromium } from 'playwright-core';
import { CHROMIUM_OPTIONS } from '../support/chromium-options.mjs';
import makeImage from '../support/global-setup.mjs';

/** Starts the Chromium that all suites share, each in contexts of its own, and makes the data that they copy. */
export default async function setUp() {
  const [server] = await Promise.all([chromium.launchServer(CHROMIUM_OPTIONS), makeImage()]);
  process.env.CHROMIUM_ENDPOINT = server.wsEndpoint();
  globalThis.sharedChromium = server;
}
