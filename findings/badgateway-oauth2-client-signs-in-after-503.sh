#!/usr/bin/env bash
# @badgateway/oauth2-client 3.3.1 treats every failed refresh as a refusal, and signs in again
#
# Ran:     @badgateway/oauth2-client 3.3.1, OAuth2Fetch with a refresh token, on Node 20.20. The token endpoint answers the refresh with 503,
#          Retry-After and {"error":"temporarily_unavailable"}, as RFC 6749 allows a server that is short of something.
# Guess:   The call fails with the 503, and the refresh token is kept for a later try. Only invalid_grant leads to a new sign-in.
# Instead: The client prints "refresh token not accepted, we'll try reauthenticating", calls getNewToken, and replaces its tokens by the
#          result. The caller sees a success. Nothing reports the status, the error code and Retry-After, not even onError.
# Matters: While a replica restarts, each such client signs in again with the stored password or sends its user to the sign-in page. In
#          Tessera that login replaces a session that could have been refreshed a moment later, and costs an argon2. So a refresh waits for
#          a busy database inside the service, and the balancer repeats a refresh, instead of answering 503 early.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @badgateway/oauth2-client@3.3.1

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(request.url === '/token' ? 503 : 200, { 'content-type': 'application/json', 'retry-after': '2' });
  response.end('{"error":"temporarily_unavailable"}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

const seen = { signIns: 0, errors: [], stored: [] };
const signIn = () => {
  seen.signIns++;
  return { accessToken: 'of a new login', refreshToken: 'of a new login', expiresAt: Date.now() + 60_000 };
};
const client = new OAuth2Fetch({
  client: new OAuth2Client({ server: url, tokenEndpoint: '/token', clientId: 'web' }),
  getNewToken: signIn,
  storeToken: (token) => seen.stored.push(token.refreshToken),
  onError: (error) => seen.errors.push(error.message),
  scheduleRefresh: false,
});
client.token = { accessToken: 'old', refreshToken: 'still good', expiresAt: Date.now() - 1_000 };
const { status } = await client.fetch(`${url}/api`);
server.closeAllConnections();
server.close();

console.log('status:', status, '- seen:', JSON.stringify(seen));
assert.deepEqual(
  { status, ...seen },
  { status: 200, signIns: 1, errors: [], stored: ['of a new login'] },
  'CHANGED: a refresh that failed with 503 no longer leads to a sign-in',
);
END
node look.mjs
