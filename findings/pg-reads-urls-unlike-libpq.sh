#!/usr/bin/env bash
# pg 8.23.1 reads a connection URL in its own way: sslmode=prefer never falls back, connect_timeout and target_session_attrs do nothing
#
# Ran:     pg 8.23.1 (pg-connection-string 2.14.1) on Node 20.20, against PostgreSQL 18.4 without TLS, and against a listener that
#          never answers.
# Guess:   A URL for psql means the same to pg. With allow and prefer, pg connects without TLS if the server has no TLS. With
#          connect_timeout=1 it gives up after some seconds. With target_session_attrs=read-only it refuses a server that accepts writes.
# Instead: sslmode=allow and prefer end with "The server does not support SSL connections"; they do not fall back. connect_timeout is
#          ignored: the client still waits after three seconds. target_session_attrs=read-only connects to the primary. Other parameters,
#          such as application_name and options, mean the same.
# Matters: DATABASE_URL is often copied from a tool on libpq. With an sslmode that worked there, the service may not start, and pg
#          silently ignores the operator's time limit and choice of server. Tessera sets its own time limit to connect (5 s). With several
#          hosts it must find the host that accepts writes by itself.
set -euo pipefail
source=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund pg@8.23.1 pg-connection-string@2.14.1
. "$source/support/postgres.bash"

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from './postgres.mjs';

const { url, stop } = await startPostgres();
async function connect(parameter) {
  const client = new pg.Client(`${url}?${parameter}`);
  try {
    await client.connect();
    const { rows } = await client.query('SHOW application_name');
    await client.end();
    return `connected ${rows[0].application_name}`.trim();
  } catch (error) {
    return error.message;
  }
}
const seen = {};
for (const parameter of ['sslmode=disable', 'sslmode=allow', 'sslmode=prefer', 'target_session_attrs=read-only', 'application_name=tool']) {
  seen[parameter] = await connect(parameter);
}
await stop();

const sockets = [];
const silent = createServer((socket) => sockets.push(socket.on('error', () => undefined).resume()));
await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
const waiting = new pg.Client(`postgres://finding@127.0.0.1:${silent.address().port}/postgres?connect_timeout=1`);
const connecting = waiting.connect().then(() => 'connected', (error) => error.message);
seen['connect_timeout=1'] = await Promise.race([connecting, pause(3_000, 'waiting after 3 s')]);
for (const socket of sockets) socket.destroy();
silent.close();
await connecting;

console.log(seen);
const refused = 'The server does not support SSL connections';
assert.deepEqual(
  seen,
  {
    'sslmode=disable': 'connected',
    'sslmode=allow': refused,
    'sslmode=prefer': refused,
    'target_session_attrs=read-only': 'connected',
    'application_name=tool': 'connected tool',
    'connect_timeout=1': 'waiting after 3 s',
  },
  'CHANGED: pg reads these parameters in another way',
);
END
timeout 120 node look.mjs
