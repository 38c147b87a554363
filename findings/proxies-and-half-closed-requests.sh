#!/usr/bin/env bash
# HAProxy with abortonclose answers 400 to a half-closed request, and nginx answers nothing, while the server carries the request out
#
# Ran:     HAProxy 2.6.12 and nginx 1.22.1 of Debian 12, each in front of a plain TCP server. A client sends a whole POST, waits until the
#          server has it, ends its sending side (FIN) and waits for the answer. The server answers 200 after half a second.
# Guess:   The answer comes: RFC 9112, section 9.6, lets a client close its sending side and read on. HAProxy's abortonclose drops requests
#          that still wait in a queue.
# Instead: HAProxy with "option abortonclose" answers "400 Bad request" immediately, although the server has the request and goes on. Without
#          the option: 200. nginx closes without a byte (499 in its log); with "proxy_ignore_client_abort on": 200.
# Matters: A 400 says that the request was wrong and did nothing, yet the token was rotated. A client must treat it as a lost answer: the
#          same refresh token gets the current one again within Tessera's windows. The configuration in deploy/ uses abortonclose, so that
#          the service learns of clients that hung up; such a 400 comes from the balancer, never from the token endpoint.
# Needs:   haproxy and nginx on the PATH.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export PATH="$PATH:/usr/sbin"

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

let arrived;
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined).once('data', async () => {
    arrived();
    await pause(500);
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone');
  });
});
const listen = (listener) => new Promise((resolve) => listener.listen(0, '127.0.0.1', () => resolve(listener.address().port)));
async function freePort() {
  const listener = createServer();
  const port = await listen(listener);
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
const upstream = await listen(server);
const ports = { abortonclose: await freePort(), haproxy: await freePort(), nginx: await freePort(), ignoring: await freePort() };
const proxy = (name, options) => `listen ${name}\n  bind 127.0.0.1:${ports[name]}\n${options}  server s 127.0.0.1:${upstream}\n`;
writeFileSync('haproxy.cfg', `defaults\n  mode http\n  timeout connect 5s\n  timeout client 10s\n  timeout server 10s\n
${proxy('abortonclose', '  option abortonclose\n')}${proxy('haproxy', '')}`);
const site = (name, options = '') =>
  `server { listen 127.0.0.1:${ports[name]}; location / { ${options} proxy_pass http://127.0.0.1:${upstream}; } }`;
const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${process.cwd()}/${name};`);
writeFileSync('nginx.conf', `daemon off; pid nginx.pid; error_log stderr crit; events {} http { access_log off; ${paths.join(' ')}
${site('nginx')} ${site('ignoring', 'proxy_ignore_client_abort on;')} }`);
const proxies = [
  spawn('haproxy', ['-q', '-db', '-f', 'haproxy.cfg'], { stdio: 'inherit' }),
  spawn('nginx', ['-e', 'stderr', '-p', process.cwd(), '-c', 'nginx.conf'], { stdio: 'inherit' }),
];

async function halfClose(port) {
  const arrival = new Promise((resolve) => (arrived = resolve));
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  client.on('data', (data) => (answer += data)).on('error', () => undefined);
  const closed = new Promise((resolve) => client.once('end', resolve).once('close', resolve));
  client.write('POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=1');
  await arrival;
  client.end();
  await closed;
  return answer.split('\r\n')[0] || 'no answer';
}
const isUp = (port) =>
  new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
const seen = {};
for (const [name, port] of Object.entries(ports)) {
  for (let attempt = 0; attempt < 100 && !(await isUp(port)); attempt++) await pause(100);
  seen[name] = await halfClose(port);
}
for (const child of proxies) child.kill();
server.close();

console.log(execFileSync('haproxy', ['-v']).toString().split(' - ')[0].split(' 20')[0], seen);
assert.deepEqual(
  seen,
  { abortonclose: 'HTTP/1.1 400 Bad request', haproxy: 'HTTP/1.1 200 OK', nginx: 'no answer', ignoring: 'HTTP/1.1 200 OK' },
  'CHANGED: a proxy answers a half-closed request in another way',
);
END
timeout 60 node look.mjs
