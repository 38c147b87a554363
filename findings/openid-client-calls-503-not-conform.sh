#!/usr/bin/env bash
# openid-client 6.9.0 reads the OAuth error of a 429, but calls a 503 with the same body "not conform"
#
# Ran:     openid-client 6.9.0 (oauth4webapi 3.8.8) on Node 20.20: refreshTokenGrant() against a token endpoint that answers with each
#          status in turn, Retry-After: 2 and {"error":"temporarily_unavailable"}.
# Guess:   Each is a ResponseBodyError with `status`, `error` and `error_description`; a caller tries again on temporarily_unavailable.
# Instead: 400 and 429 are that error. 503 is a ClientError with the code OAUTH_RESPONSE_IS_NOT_CONFORM, "unexpected HTTP response status code", without
#          `status` and `error`, as if the server did not speak OAuth. The unread Response is `error.cause`, with its status and
#          Retry-After.
# Matters: Tessera answers 503 with temporarily_unavailable and Retry-After while its database is away. A client that decides by
#          `error.error` signs its user out, or reports a broken server, when a retry two seconds later would work. Its retry must look at
#          error.cause.status; so Tessera's Retry-After, a header, matters more than its error code.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund openid-client@6.9.0 oauth4webapi@3.8.8

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { allowInsecureRequests, Configuration, None, refreshTokenGrant } from 'openid-client';

let status;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '2' });
  response.end('{"error":"temporarily_unavailable"}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const configuration = new Configuration({ issuer, token_endpoint: `${issuer}/token` }, 'web', {}, None());
allowInsecureRequests(configuration);

const seen = {};
for (status of [400, 429, 503]) {
  const error = await refreshTokenGrant(configuration, 'a-refresh-token').catch((thrown) => thrown);
  const { code, error: oauthError, cause } = error;
  seen[status] = { code, status: error.status, error: oauthError, inCause: cause?.status, retryAfter: cause?.headers?.get('retry-after') };
}
server.closeAllConnections();
server.close();

console.log(seen);
for (const read of [400, 429]) {
  assert.equal(seen[read].code, 'OAUTH_RESPONSE_BODY_ERROR', `CHANGED: ${read} is reported in another way`);
  assert.equal(seen[read].status, read);
  assert.equal(seen[read].error, 'temporarily_unavailable');
}
assert.deepEqual(
  seen[503],
  { code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', status: undefined, error: undefined, inCause: 503, retryAfter: '2' },
  'CHANGED: 503 is reported in another way',
);
END
node look.mjs
