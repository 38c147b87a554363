import OAuth2Server from '@node-oauth/oauth2-server';
import { createServer } from 'node:http';
import { URLSearchParams } from 'node:url';
import pg from 'pg';
import { CLIENT, Model } from './oauth2-model.mjs';

// A rival at redemption: @node-oauth/oauth2-server on node:http. Rotation is on. Access tokens are JWTs signed with ES256. Refresh tokens
// are stored as hashes, the public client is kept in memory, and the user is looked up with the token.

const { DATABASE_URL, PORT } = process.env;
const model = new Model(new pg.Pool({ connectionString: DATABASE_URL }), `http://127.0.0.1:${PORT}`);
const oauth = new OAuth2Server({ model, requireClientAuthentication: { refresh_token: false } });

createServer(async (incoming, outgoing) => {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const body = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
  const { method, headers } = incoming;
  const request = new OAuth2Server.Request({ method, headers, query: {}, body });
  const response = new OAuth2Server.Response({});
  await oauth.token(request, response).catch(() => {
    // The response already says what was wrong.
  });
  const content = JSON.stringify(response.body);
  const length = Buffer.byteLength(content);
  outgoing.writeHead(response.status, {
    ...response.headers,
    'content-type': 'application/json',
    'content-length': length,
  });
  outgoing.end(content);
}).listen(Number(PORT), '127.0.0.1');

process.on('message', async ({ ask, count }) => {
  if (ask !== 'issue') return;
  const tokens = await Promise.all(Array.from({ length: count }, (_, n) => model.issue(`user${n + 1}@example.com`)));
  process.send({ tokens: tokens.map((token) => ({ token, clientId: CLIENT.id })) });
});
