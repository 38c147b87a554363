#!/usr/bin/env bash
# Fastify 5.12.8 calls onRequestAbort for a GET, but not for a POST whose body was read
#
# Ran:     fastify 5.12.8 on Node 20.20. A client sends a request, waits until the handler works on it, and hangs up.
# Guess:   The hook onRequestAbort runs in both cases, because the client hangs up while the handler works.
# Instead: The hook runs for the GET and never for the POST: it was seen for GET only. Fastify waits for the 'close' event of the request
#          stream. With a body that event comes as soon as the body is read, before the client hangs up.
# Matters: Tessera needs this for POSTs: a sign-in whose client hung up must begin no session. A service that relies on onRequestAbort
#          works for reads, and its tests with GET pass. Tessera looks at the connection's own state before it writes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund fastify@5.12.8

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';

const fastify = Fastify();
const hook = [];
const closed = [];
let working;
fastify.addHook('onRequestAbort', async (request) => hook.push(request.method));
const work = async (request, reply) => {
  working();
  // The 'close' event of the answer comes for both.
  await once(reply.raw, 'close');
  closed.push(request.method);
  return {};
};
fastify.get('/', work);
fastify.post('/', work);
await fastify.listen({ port: 0, host: '127.0.0.1' });

async function hangUpDuring(text) {
  const atWork = new Promise((resolve) => (working = resolve));
  const before = closed.length;
  const client = connect(fastify.server.address().port, '127.0.0.1', () => client.write(text));
  await atWork;
  client.destroy();
  while (closed.length === before) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 200));
}
await hangUpDuring('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
await hangUpDuring('POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
await fastify.close();

console.log('onRequestAbort ran for:', hook, '- connections that closed:', closed);
assert.deepEqual(closed, ['GET', 'POST'], 'CHANGED: the close of a connection is reported in another way');
assert.deepEqual(hook, ['GET'], 'CHANGED: onRequestAbort runs for other requests');
END
timeout 60 node look.mjs
