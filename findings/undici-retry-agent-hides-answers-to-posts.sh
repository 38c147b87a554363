#!/usr/bin/env bash
# undici's RetryAgent does not repeat a POST that got 429 or 503, and yet throws the answer away
#
# Ran:     undici 7.30.2, request() with a RetryAgent of default settings, on Node 20.20. A server answers each POST with the status in its
#          path, Retry-After: 2 and a JSON body.
# Guess:   POST is not among the methods that RetryAgent repeats, so it changes nothing for a POST: the caller gets status, headers and body.
# Instead: The POST is sent once, and then request() throws UND_ERR_REQ_RETRY, "Request failed". Status and headers are on the error; the
#          body is lost. An answer with 400 comes through as usual, so what a caller gets depends on the status.
# Matters: Tessera says in the body of a 429 or 503 what to do, in the OAuth form at the token endpoint: such a client never sees `error` and
#          `error_description`, only Retry-After. A client that uses RetryAgent must pass `statusCodes: []` for token requests, or read
#          error.statusCode and error.headers. So Tessera puts all that a program needs into status and Retry-After.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund undici@7.30.2

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Agent, request, RetryAgent } from 'undici';

let received = 0;
const server = createServer(async (incoming, response) => {
  for await (const chunk of incoming) void chunk;
  received++;
  response.writeHead(Number(incoming.url.slice(1)), { 'content-type': 'application/json', 'retry-after': '2' });
  response.end('{"error":"temporarily_unavailable"}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

async function post(status, options) {
  received = 0;
  const dispatcher = new RetryAgent(new Agent(), options);
  try {
    const { statusCode, body } = await request(`${url}/${status}`, { method: 'POST', body: 'a=1', dispatcher });
    return { received, statusCode, body: await body.text() };
  } catch (error) {
    return { received, thrown: error.code, statusCode: error.statusCode, retryAfter: error.headers?.['retry-after'] };
  } finally {
    await dispatcher.close();
  }
}
const seen = { 400: await post(400), 429: await post(429), 503: await post(503), off: await post(503, { statusCodes: [] }) };
server.closeAllConnections();
server.close();

console.log(seen);
const body = '{"error":"temporarily_unavailable"}';
const thrown = { received: 1, thrown: 'UND_ERR_REQ_RETRY', retryAfter: '2' };
assert.deepEqual(seen[400], { received: 1, statusCode: 400, body }, 'CHANGED: a 400 no longer comes through');
assert.deepEqual(seen[429], { ...thrown, statusCode: 429 }, 'CHANGED: a POST with 429 is no longer thrown after one try');
assert.deepEqual(seen[503], { ...thrown, statusCode: 503 }, 'CHANGED: a POST with 503 is no longer thrown after one try');
assert.deepEqual(seen.off, { received: 1, statusCode: 503, body }, 'CHANGED: statusCodes: [] no longer helps');
END
node look.mjs
