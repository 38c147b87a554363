#!/usr/bin/env bash
# @fastify/etag 6.2.0 turns the answer to a POST, and a 404, into 304 Not Modified
#
# Ran:     @fastify/etag 6.2.0 on fastify 5.12.8, Node 20.20. Each request is sent twice, the second time with If-None-Match set to the ETag
#          of the first answer.
# Guess:   304 only for GET and HEAD, and only where the answer would have been a 200 (RFC 9110, section 13.2). A POST with a false
#          If-None-Match is a 412. A list of tags, and *, are understood.
# Instead: GET 200, POST 201 and GET 404 all become 304 with an empty body; the POST was carried out. A list that contains the tag does not
#          match.
# Matters: A client that adds If-None-Match to each request would take the answer to a write, or an error, for "what you have is still
#          right". In Tessera an ETag must stand for a record, not for the bytes of an answer, and a precondition must be judged before the
#          act. This plugin is no base for that.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund fastify@5.12.8 @fastify/etag@6.2.0

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import etag from '@fastify/etag';
import Fastify from 'fastify';

const fastify = Fastify();
await fastify.register(etag);
let writes = 0;
fastify.get('/', async () => ({ name: 'a record' }));
fastify.post('/', async (request, reply) => {
  writes++;
  return reply.code(201).send({ written: true });
});

async function repeat(method, url, condition = (tag) => tag) {
  const first = await fastify.inject({ method, url });
  const headers = { 'if-none-match': condition(first.headers.etag) };
  const second = await fastify.inject({ method, url, headers });
  return `${first.statusCode} ${second.statusCode}`;
}
const seen = {
  get: await repeat('GET', '/'),
  list: await repeat('GET', '/', (tag) => `"other", ${tag}`),
  post: await repeat('POST', '/'),
  missing: await repeat('GET', '/nothing'),
  writes,
};
seen.writes = writes;

console.log(seen);
assert.deepEqual(
  seen,
  { get: '200 304', list: '200 200', post: '201 304', missing: '404 304', writes: 2 },
  'CHANGED: the plugin looks at the method, the status or the list now',
);
END
node look.mjs
