import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { URLSearchParams } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '../support/free-port.mjs';

// Many clients refresh at full speed while the service is killed and started again, over and over. A client whose answer was lost
// sends the same token again. At the end every client must still hold a working session; exit code 1 when one does not.

const MAIN = join(import.meta.dirname, '../../dist/main.js');
const EMAIL = 'admin@example.com';
const PASSWORD = 'endurance of a thousand refreshes';
const RETRY_AFTER_MS = 20;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '20' },
    refreshes: { type: 'string', default: '1000' },
    'kill-every': { type: 'string', default: '100' },
  },
});
const CLIENTS = Number(values.clients);
const REFRESHES = Number(values.refreshes);
const KILL_EVERY = Number(values['kill-every']) * CLIENTS;

const dataDir = mkdtempSync(join(tmpdir(), 'tessera-endurance-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const figures = { refreshes: 0, kills: 0, unanswered: 0, refusals: 0, worstMs: 0 };
let service;

try {
  await start();
  const begun = performance.now();
  const tokens = await Promise.all(Array.from({ length: CLIENTS }, (_, n) => login(`client-${n}`)));
  const killing = killNowAndThen();
  const ends = await Promise.all(tokens.map((token, n) => refreshOften(`client-${n}`, token)));
  const refreshSeconds = (performance.now() - begun) / 1000;
  await killing;
  const working = (await Promise.all(ends.map((token, n) => works(`client-${n}`, token)))).filter(Boolean).length;
  const perSecond = Math.round(figures.refreshes / refreshSeconds);
  const seconds = Math.round(refreshSeconds);
  const worstMs = Math.round(figures.worstMs);
  console.log(JSON.stringify({ clients: CLIENTS, working, ...figures, worstMs, seconds, perSecond }, null, 2));
  if (working < CLIENTS) process.exitCode = 1;
} finally {
  service?.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
}

async function start() {
  const settings = { DATA_DIR: dataDir, PORT: String(port), ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'warn' };
  const stdio = ['ignore', 'inherit', 'inherit'];
  service = spawn(process.execPath, [MAIN], { env: { PATH: process.env.PATH, ...settings }, stdio });
  while (!(await fetch(`${url}/health/live`).catch(() => undefined))?.ok) {
    if (service.exitCode !== null) throw new Error('The service did not start.');
    await pause(RETRY_AFTER_MS);
  }
}

/** Kills the service each time so many refreshes were answered, until all are. */
async function killNowAndThen() {
  for (let next = KILL_EVERY; next < CLIENTS * REFRESHES; next += KILL_EVERY) {
    while (figures.refreshes < next) {
      if (figures.refusals > 0) return;
      await pause(1);
    }
    service.kill('SIGKILL');
    await once(service, 'exit');
    figures.kills++;
    await start();
  }
}

async function refreshOften(client, token) {
  for (let n = 0; n < REFRESHES; n++) {
    const begun = performance.now();
    const answer = await ask(client, { grant_type: 'refresh_token', refresh_token: token });
    if (!answer) return undefined;
    figures.refreshes++;
    figures.worstMs = Math.max(figures.worstMs, performance.now() - begun);
    token = answer.refresh_token;
  }
  return token;
}

async function login(client) {
  const answer = await ask(client, { grant_type: 'password', username: EMAIL, password: PASSWORD });
  return answer.refresh_token;
}

/** Whether a client can go on: its token is redeemed, and the access token that brings is good. */
async function works(client, token) {
  const answer = token && (await ask(client, { grant_type: 'refresh_token', refresh_token: token }));
  if (!answer) return false;
  const headers = { authorization: `Bearer ${answer.access_token}` };
  return (await fetch(`${url}/api/sys/refreshtokens?size=1`, { headers })).ok;
}

/** Asks until there is an answer; undefined when it is a refusal. */
async function ask(client, fields) {
  const headers = { client_id: client };
  for (;;) {
    try {
      const answer = await fetch(`${url}/api/token`, { method: 'POST', headers, body: new URLSearchParams(fields) });
      const body = await answer.json();
      if (answer.ok) return body;
      figures.refusals++;
      console.error(`${client}: ${answer.status} ${body.error}`);
      return undefined;
    } catch {
      figures.unanswered++;
      await pause(RETRY_AFTER_MS);
    }
  }
}
