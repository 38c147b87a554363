#!/usr/bin/env bash
# @badgateway/oauth2-client 3.3.1 fails on the empty answer to a revocation if the answer says that it is JSON
#
# Ran:     @badgateway/oauth2-client 3.3.1, OAuth2Client.revoke, on Node 20.20. The server answers with 200 and no content: once without a
#          Content-Type, once with application/json, and then with {} as application/json.
# Guess:   All three succeed: "the content of the response body is ignored by the client" (RFC 7009, section 2.2).
# Instead: The empty answer of type application/json makes the client throw "Unexpected end of JSON input", after the token was revoked.
# Matters: simple-oauth2 5.1.0 does the opposite: it fails on an empty answer whose type is not JSON. No empty answer works for
#          both, so Tessera answers a revocation with {}, which every client that we run can read (docs/clients.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @badgateway/oauth2-client@3.3.1

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { OAuth2Client } from '@badgateway/oauth2-client';

let answer;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, answer.type ? { 'content-type': answer.type } : {});
  response.end(answer.content);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

async function revoke(type, content) {
  answer = { type, content };
  const client = new OAuth2Client({ server: url, tokenEndpoint: '/token', revocationEndpoint: '/revoke', clientId: 'web' });
  const token = { accessToken: 'access', refreshToken: 'refresh', expiresAt: null };
  return client.revoke(token, 'refresh_token').then(
    () => 'success',
    (error) => error.message,
  );
}

const seen = [await revoke(undefined, ''), await revoke('application/json', ''), await revoke('application/json', '{}')];
server.closeAllConnections();
server.close();

console.log('empty:', seen[0], '- empty JSON:', seen[1], '- {}:', seen[2]);
assert.deepEqual(
  seen,
  ['success', 'Unexpected end of JSON input', 'success'],
  'CHANGED: the client treats an empty answer of type application/json in another way',
);
END
node look.mjs
