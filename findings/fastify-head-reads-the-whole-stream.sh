#!/usr/bin/env bash
# Fastify 5.12.8 answers HEAD by producing the whole body of a stream and throwing it away
#
# Ran:     fastify 5.12.8 on Node 20.20: a GET route that sends a stream of 20,000 pieces, requested with HEAD. Fastify adds the HEAD route
#          itself (exposeHeadRoutes is true by default).
# Guess:   The answer to HEAD has no body, so Fastify destroys the stream when the headers are sent.
# Instead: Fastify resumes the stream to its end: all 20,000 pieces are produced after the answer was sent. Nothing slows this down, because
#          no client takes the bytes: the pieces come as fast as the source gives them.
# Matters: A page of 10,000 records that is streamed from the database costs as much for HEAD as for GET, and no slow client
#          limits the speed. NestJS 12 empties the stream of a StreamableFile for HEAD, but passes a plain Readable on. A route of Tessera that streams
#          must use a StreamableFile, or look at the method before it reads.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund fastify@5.12.8

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import Fastify from 'fastify';

const PIECES = 20_000;
const fastify = Fastify();
let produced = 0;
let ended;
const end = new Promise((resolve) => (ended = resolve));
fastify.get('/', (request, reply) => {
  const pieces = (async function* () {
    for (; produced < PIECES; produced++) {
      if (produced % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      yield 'x'.repeat(100);
    }
  })();
  reply.send(Readable.from(pieces).once('close', ended));
});
await fastify.listen({ port: 0, host: '127.0.0.1' });

const response = await fetch(`http://127.0.0.1:${fastify.server.address().port}/`, { method: 'HEAD' });
const atAnswer = produced;
await end;
await fastify.close();

console.log('status', response.status, '- pieces when the answer came:', atAnswer, '- pieces in the end:', produced);
assert.equal(response.status, 200);
assert.equal(produced, PIECES, 'CHANGED: the stream of a HEAD request is no longer read to its end');
END
timeout 60 node look.mjs
