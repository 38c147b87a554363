#!/usr/bin/env bash
# google-auth-library 10.9.1 never uses the refresh token that a rotation returns
#
# Ran:     google-auth-library 10.9.1, OAuth2Client with endpoints.oauth2TokenUrl set to the token endpoint of this script, on Node 20.20.
#          Each answer has a new access token (expires_in 300) and a new refresh token.
# Guess:   The client stores the new refresh token and sends it the next time. An access token of 300 seconds lasts nearly that long.
# Instead: The client replaces the refresh token of the answer by its first refresh token. It also treats an access token as expired five
#          minutes early, so each call with a token of 300 seconds is a refresh. Three calls in a row send first-token,
#          first-token, first-token.
# Matters: Tessera rotates refresh tokens (RFC 9700, section 4.14.2). With access tokens of an hour, the second refresh sends a token that
#          was superseded 55 minutes ago: a replay, which ends the session. Give such a client no `refresh_token`, but a `refreshHandler`
#          that refreshes and stores both tokens itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund google-auth-library@10.9.1

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { OAuth2Client } from 'google-auth-library';

const sent = [];
const server = createServer((request, response) => {
  let form = '';
  request.on('data', (chunk) => (form += chunk));
  request.on('end', () => {
    sent.push(new URLSearchParams(form).get('refresh_token'));
    const body = { access_token: `access-${sent.length}`, refresh_token: `next-${sent.length}`, token_type: 'Bearer', expires_in: 300 };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const client = new OAuth2Client({
  clientId: 'web',
  endpoints: { oauth2TokenUrl: `http://127.0.0.1:${server.address().port}/token` },
});
client.setCredentials({ refresh_token: 'first-token' });
for (let call = 0; call < 3; call++) await client.getAccessToken();
server.closeAllConnections();
server.close();

console.log('refresh tokens sent:', sent.join(', '), '- kept:', client.credentials.refresh_token);
assert.equal(client.credentials.refresh_token, 'first-token', 'CHANGED: the client now keeps the rotated refresh token');
assert.deepEqual(sent, ['first-token', 'first-token', 'first-token'], 'CHANGED: the client no longer repeats the first refresh token');
END
node look.mjs
