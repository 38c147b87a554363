#!/usr/bin/env bash
# Chromium and curl send a POST again by themselves when a kept connection closes without an answer
#
# Ran:     Chromium 156.0.8078.108 (through playwright-core 1.65.1) and curl 7.88.1, both of Debian 12. A server answers the first POST on a
#          connection and keeps the connection. It reads the second POST whole and closes the connection without a byte.
# Guess:   The second POST fails: fetch() rejects, curl ends with 52. RFC 9110, section 9.2.2, says not to repeat automatically a request
#          that is not idempotent, unless the client knows that it was not carried out.
# Instead: Both open another connection and send the same POST there. The server saw it twice; the page and the shell saw one success.
# Matters: When a replica is killed after it rotated a token, another replica gets the same refresh token again, although the code
#          of the client repeats nothing. Tessera's retry window makes that harmless, also for clients that "never retry". A sign-in
#          comes twice in the same way. The fetch of Node 20 does not repeat the POST: its caller sees the failure.
# Needs:   chromium at $CHROMIUM (/usr/bin/chromium) and curl.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts playwright-core@1.65.1

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

let received = 0;
const answered = new WeakSet();
const server = createServer(async (request, response) => {
  for await (const chunk of request) void chunk;
  if (request.method === 'GET') return response.setHeader('content-type', 'text/html').end('<title>page</title>');
  if (request.url === '/second') received++;
  if (request.url === '/second' && answered.has(request.socket)) return request.socket.destroy();
  answered.add(request.socket);
  response.end('ok');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

async function countOf(send) {
  received = 0;
  const outcome = await send().catch((error) => `failed: ${error.message}`);
  return `${outcome}, received ${received}`;
}
const twoPosts = async (base) => {
  await (await fetch(`${base}/first`, { method: 'POST', body: 'n=1' })).text();
  await new Promise((resolve) => setTimeout(resolve, 200));
  return (await fetch(`${base}/second`, { method: 'POST', body: 'n=2' })).text();
};

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
const page = await browser.newPage();
await page.goto(url);
const seen = {
  chromium: await countOf(() => page.evaluate(twoPosts, url)),
  curl: await countOf(async () => {
    const post = (path) => ['-s', '-d', 'n=1', url + path];
    return (await promisify(execFile)('curl', [...post('/first'), '--next', ...post('/second')])).stdout.replace('okok', 'ok');
  }),
  node: await countOf(() => twoPosts(url)),
};
console.log(`Chromium ${browser.version()}`, seen);
await browser.close();
server.closeAllConnections();
server.close();

assert.equal(seen.chromium, 'ok, received 2', 'CHANGED: Chromium no longer repeats the POST');
assert.equal(seen.curl, 'ok, received 2', 'CHANGED: curl no longer repeats the POST');
assert.equal(seen.node, 'failed: fetch failed, received 1', 'CHANGED: the fetch of Node behaves in another way');
END
timeout 120 node look.mjs
