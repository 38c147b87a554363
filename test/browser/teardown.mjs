/** Ends the Chromium of `setup.mjs`. */
export default function tearDown() {
  return globalThis.sharedChromium.close();
}
