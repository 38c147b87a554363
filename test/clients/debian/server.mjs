/**
 * The acts of every script of a resource server: runs the settings of docs/resource-servers.md with the addresses of this run, and prints
 * for each kind of token whether the server accepts the token.
 */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.mjs';

const { TESSERA_URL: url, CLIENT_ID, USER_NAME, USER_PASSWORD, READER_NAME, READER_PASSWORD } = process.env;
const PAGE = join(import.meta.dirname, '../../../docs/resource-servers.md');
const START_LIMIT_MS = 20_000;

export { url };

/**
 * Starts the server with `start(folder, port, settingsOf, audience)`, which returns its command, and reports. `introspects`: whether the server
 * asks the service at each request. `remembersMs`: how long it caches an answer.
 */
export async function reportServer({ start, introspects = false, remembersMs = 0 }) {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-server-'));
  const api = createServer((_request, response) => response.end('the API')).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const children = [];
  const listen = async (audience) => {
    const port = await freePort();
    const settings = (name) => settingsOf(name, { port, api: api.address().port, audience });
    const [command, ...words] = await start(folder, port, settings, audience);
    const child = spawn(command, words, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
    children.push(child);
    await isUp(port, child);
    return (token) => isLetIn(port, token);
  };
  try {
    await reportAll(listen, { introspects, remembersMs });
  } finally {
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
    rmSync(folder, { recursive: true });
  }
  process.exit(0);
}

async function reportAll(listen, { introspects, remembersMs }) {
  const { access_token: token, refresh_token: refresh } = await post('/api/token', {
    grant_type: 'password',
    username: USER_NAME,
    password: USER_PASSWORD,
  });
  let accepts;
  await report('accepts', async () => {
    accepts = await listen(url);
    assert.equal(await accepts(token), true);
  });
  await report('refuses a forged token', async () => {
    for (const wrong of forgeriesOf(token)) assert.equal(await accepts(wrong), false, `It accepts ${wrong}`);
    assert.equal(await accepts(''), false);
  });
  if (!introspects) {
    await report('refuses a foreign audience', async () => {
      assert.equal(await (await listen('https://elsewhere.example'))(token), false);
    });
    return;
  }
  await report('learns of an ended session', async () => {
    assert.equal(await accepts(token), true);
    await post('/api/token/revoke', { token: refresh });
    await new Promise((resolve) => setTimeout(resolve, remembersMs));
    assert.equal(await accepts(token), false);
  });
}

async function report(act, run) {
  const say = (result) => writeSync(1, `${JSON.stringify({ act, result })}\n`);
  await run().then(
    () => say('yes'),
    (error) => say(error.message.split('\n')[0]),
  );
}

function forgeriesOf(token) {
  const [header, payload, signature] = token.split('.');
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = sign('sha256', Buffer.from(`${header}.${payload}`), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return [
    `${header}.${payload}.${signed.toString('base64url')}`,
    `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
    `${header}.${encode({ ...claims, sub: 'admin' })}.${signature}`,
    'no-token',
  ];
}

/** The settings of the page, with the addresses and the account of this run. */
function settingsOf(name, { port, api, audience }) {
  const [, text] = new RegExp(`<!-- ${name} -->\\s+\`\`\`\\w+\\n(.*?)\`\`\``, 's').exec(readFileSync(PAGE, 'utf8'));
  const form = (value) => encodeURIComponent(value);
  return text
    .replace(/Basic [\w+/=]+/, `Basic ${Buffer.from(`${READER_NAME}:${READER_PASSWORD}`).toString('base64')}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
    .replaceAll('127.0.0.1:3001', `127.0.0.1:${api}`)
    .replace(/(aud\) -m str )\S+/, `$1${audience}`)
    .replaceAll('https://tessera.example.com', url)
    .replaceAll('notes%40example.com', form(READER_NAME))
    .replaceAll('a%20long%20password%20for%20notes', form(READER_PASSWORD))
    .replaceAll('notes@example.com', READER_NAME)
    .replaceAll('a long password for notes', READER_PASSWORD);
}

async function isLetIn(port, token) {
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
  const { status } = await fetch(`http://127.0.0.1:${port}/`, { headers });
  assert.ok([200, 401].includes(status), `The resource server answers ${status}.`);
  return status === 200;
}

async function isUp(port, child) {
  const deadline = Date.now() + START_LIMIT_MS;
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('The resource server did not start.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function post(path, fields) {
  const headers = { client_id: CLIENT_ID };
  const answer = await fetch(url + path, { method: 'POST', headers, body: new URLSearchParams(fields) });
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}.`);
  return answer.json().catch(() => undefined);
}

/** Writes a file of the server. */
export function write(folder, name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** The command that runs Apache with one module and these settings. */
export function apache(folder, port, { module, file, settings }) {
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'proxy', 'proxy_http'];
  const load = modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  const configuration = `ServerRoot ${folder}
PidFile ${folder}/pid-${port}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
ErrorLog /dev/null
${load.join('\n')}
LoadModule ${module} /usr/lib/apache2/modules/${file}
${settings}`;
  return ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-f', write(folder, `apache-${port}.conf`, configuration)];
}
