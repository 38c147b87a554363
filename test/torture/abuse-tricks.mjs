import { gzipSync } from 'node:zlib';
import { speak } from './raw.mjs';

const RESOURCE = '/api/sys/refreshtokens';
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const EVIL = 'evil.example';
const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override', '_method'];
/** Each path should lead to the resource or to nothing. No path may lead past the guard. */
const DETOURS = [
  '//api/sys/refreshtokens',
  '/api//sys/refreshtokens',
  '/./api/sys/refreshtokens',
  '/health/live/../../api/sys/refreshtokens',
  '/health/live/..%2f..%2fapi/sys/refreshtokens',
  '/health/live%2f..%2f..%2fapi%2fsys%2frefreshtokens',
  '/api/sys/refreshtokens/',
  '/api/sys/refreshtokens;/health/live',
  '/api/sys/refreshtokens%00',
  '/api/sys/refreshtokens%20',
  '/api/sys/refreshtokens.json',
  '/API/SYS/REFRESHTOKENS',
  '/api/sys/%72efreshtokens',
  '/api/sys/refreshtokens/%2e%2e/refreshtokens',
  '/api/sys/refreshtokens?/health/live',
  '/api/sys/refreshtokens#/health/live',
  '\\api\\sys\\refreshtokens',
  'http://127.0.0.1/api/sys/refreshtokens',
];

/** Known tricks of attackers, one by one, each with its expected result. */
export async function playTricks({ world, service }) {
  const history = world.history('trickster');
  const ask = (request) => world.ask(history, request);
  const check = (isFine, what) => {
    if (!isFine) world.report.violate('tricks do nothing', what, history);
  };
  const usage = () => service[0].usage().memory;
  for (const trick of [tryOverrides, tryDetours, tryHosts, tryCors, tryPollution, tryBodies, trySyntax]) {
    await trick({ world, ask, check, history, usage });
    world.report.count('tricks');
  }
}

/** A header or parameter that names another method changes nothing. */
async function tryOverrides({ world, ask, check }) {
  const admin = { authorization: world.admin };
  const json = {
    Subject: 'override',
    ClientId: 'override',
    ExpiresOn: '2030-01-31T12:00:00Z',
    ProtectedTicket: 'x',
    TicketHash: 'x',
    TicketSalt: 'x',
  };
  const { body } = await ask({ method: 'POST', path: RESOURCE, headers: admin, json });
  const path = `${RESOURCE}/${body.Value.Id}`;
  for (const name of OVERRIDES) {
    await ask({ path: `${path}?${name}=DELETE`, headers: { ...admin, [name]: 'DELETE' } });
    const posted = await ask({
      method: 'POST',
      path,
      headers: { ...admin, [name]: 'DELETE' },
      json: { _method: 'DELETE' },
    });
    check(posted.status === 405, `POST with ${name} was answered with ${posted.status}`);
  }
  check((await ask({ path, headers: admin })).status === 200, 'a record was deleted by an overridden method');
}

/** No spelling of a path leads past the guard. */
async function tryDetours({ world, check }) {
  for (const path of DETOURS) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const { status } = await speak(world.urls[0], request(method, path));
      check([400, 401, 404, 405].includes(status), `${method} ${path} was answered with ${status}`);
    }
  }
}

/** The metadata does not depend on the host name in the request. */
async function tryHosts({ world, ask, check }) {
  const metadata = '/.well-known/oauth-authorization-server';
  const { text } = await ask({ path: metadata });
  for (const headers of [{ host: EVIL }, { 'x-forwarded-host': EVIL }, { forwarded: `host=${EVIL}` }, { host: '' }]) {
    const answer = await ask({ path: metadata, headers });
    check(answer.status === 400 || answer.text === text, `with ${JSON.stringify(headers)} the metadata is another`);
  }
  const { status } = await speak(world.urls[0], 'GET /health/live HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n');
  check(status === 400 || status === 200, `two hosts were answered with ${status}`);
}

const ALLOW_ORIGIN = 'access-control-allow-origin';
const ALLOW_CREDENTIALS = 'access-control-allow-credentials';
/** Without these headers a browser neither shows an answer to another site nor sends the request after a preflight. */
const LETS_IN = [ALLOW_ORIGIN, ALLOW_CREDENTIALS];

/** No other site may read an answer, or send a request that needs a preflight. */
async function tryCors({ world, ask, check }) {
  const headers = { origin: `https://${EVIL}`, 'access-control-request-method': 'DELETE', cookie: 'a=b' };
  for (const [method, path] of [
    ['OPTIONS', `${RESOURCE}/1`],
    ['GET', RESOURCE],
    ['POST', '/api/token'],
    ['OPTIONS', '/api/token'],
  ]) {
    const answer = await ask({ method, path, headers: { ...headers, authorization: world.admin } });
    const allowed = Object.keys(answer.headers).filter((name) => LETS_IN.includes(name));
    check(allowed.length === 0, `${method} ${path} was answered with ${allowed.join()}`);
  }
  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/jwks.json']) {
    const { headers: open } = await ask({ path, headers });
    check(open[ALLOW_ORIGIN] === '*' && !(ALLOW_CREDENTIALS in open), `${path} is not for everybody, or for cookies`);
  }
}

/** When a header, parameter or member is repeated, the service refuses the request or uses the first or last value. No repetition bypasses a check. */
async function tryPollution({ world, ask, check }) {
  const admin = `authorization: ${world.admin}\r\n`;
  const nobody = 'authorization: Bearer x.y.z\r\n';
  for (const headers of [admin + nobody, nobody + admin]) {
    const { status } = await speak(world.urls[0], request('GET', RESOURCE, headers));
    check(status < 500, `two authorizations were answered with ${status}`);
  }
  for (const path of [
    `${RESOURCE}?size=1&size=2`,
    `${RESOURCE}?id=[1]&id=[2]`,
    `${RESOURCE}?size[]=1`,
    `${RESOURCE}?size[a]=1`,
  ]) {
    const { status } = await ask({ path, headers: { authorization: world.admin } });
    check(status < 500, `${path} was answered with ${status}`);
  }
  const twice = await ask({
    method: 'POST',
    path: '/api/token',
    headers: FORM_TYPE,
    body: 'grant_type=password&grant_type=refresh_token',
  });
  check(twice.body?.error === 'invalid_request', 'a parameter that is given twice was taken');
  const unsafe = '{"__proto__":{"isAdministrator":true},"constructor":{"prototype":{"isAdministrator":true}}}';
  const polluted = await ask({
    method: 'POST',
    path: RESOURCE,
    headers: { ...JSON_TYPE, authorization: world.admin },
    body: unsafe,
  });
  check(polluted.status === 400, `a body with __proto__ was answered with ${polluted.status}`);
}

/** Bodies that are larger than they look, too deep, or of another type than they claim. */
async function tryBodies({ world, ask, check, usage }) {
  const headers = { ...JSON_TYPE, authorization: world.admin };
  const send = (body, more = {}) => ask({ method: 'POST', path: RESOURCE, headers: { ...headers, ...more }, body });
  const before = usage();
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  for (const encoding of ['gzip', 'deflate', 'br', 'gzip, gzip', 'identity, gzip']) {
    const { status } = await send(bomb, { 'content-encoding': encoding });
    check(status === 400 || status === 415, `a bomb of ${encoding} was answered with ${status}`);
  }
  check(usage() - before < 150, `bombs of 50 MB took ${Math.round(usage() - before)} MiB`);
  const cases = [
    [`{"Subject":"${'a'.repeat(300_000)}"}`, 413],
    ['['.repeat(250_000), 400],
    [`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`, 400],
    [`{${'"a":1,'.repeat(30_000)}"a":1}`, 400],
    [`[${'1,'.repeat(100_000)}1]`, 400],
    ['\ufeff{}', 400],
    [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
    [`{"ExpiresOn":1e${'9'.repeat(1_000)}}`, 400],
  ];
  for (const [body, expected] of cases) {
    const { status } = await send(body);
    check(status === expected, `a body of ${body.slice(0, 12)} was answered with ${status}, not ${expected}`);
  }
}

/** Text that is not HTTP, or HTTP with two meanings, is refused, and the connection is not used again. */
async function trySyntax({ world, check }) {
  const smuggled = `GET ${RESOURCE} HTTP/1.1\r\nhost: x\r\n\r\n`;
  const cases = {
    'two lengths': `POST /api/token HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\na=b&`,
    'length and chunks': `POST /api/token HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'chunks by another name': `POST /api/token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n${smuggled}`,
    'a folded header': 'GET /health/live HTTP/1.1\r\nhost: x\r\nx-a: b\r\n c\r\n\r\n',
    'a header without a name': 'GET /health/live HTTP/1.1\r\nhost: x\r\n: b\r\n\r\n',
    'NUL in a header': 'GET /health/live HTTP/1.1\r\nhost: x\r\nx-a: b\0c\r\n\r\n',
    'no host': 'GET /health/live HTTP/1.1\r\n\r\n',
    'no HTTP': 'hello\r\n\r\n',
    'HTTP/9.9': 'GET /health/live HTTP/9.9\r\nhost: x\r\n\r\n',
    'a long header': `GET /health/live HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`,
    'many headers': `GET /health/live HTTP/1.1\r\nhost: x\r\n${'x-a: b\r\n'.repeat(8_000)}\r\n`,
    'a long path': `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  };
  for (const [what, text] of Object.entries(cases)) {
    const { statuses } = await speak(world.urls[0], text);
    // The bytes after a refused request may be refused too. They are never carried out.
    const isRefused = statuses.length > 0 && statuses.every((status) => [400, 431, 505].includes(status));
    check(isRefused, `${what} was answered with ${statuses.join(' and ')}`);
  }
}

function request(method, path, headers = '') {
  return `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}content-length: 0\r\n\r\n`;
}
