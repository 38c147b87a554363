import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { join } from 'node:path';
import { URLSearchParams } from 'node:url';
import { fillAfternoon, fillOAuth2, fillOidc, seeded, seedService } from './databases.mjs';
import { newKey, proofOf } from './proofs.mjs';
import { Replicas } from './replicas.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const SERVERS = join(import.meta.dirname, '../servers');
const AFTERNOON = join(ROOT, 'bench-results/build/servers/afternoon/main.js');

export const DIST = join(ROOT, 'dist');
export const SERVICE = join(DIST, 'main.js');
export const FLOOR = join(SERVERS, 'floor.mjs');
export const RESOURCE = ['get-one', 'create', 'search'];

const ADMIN = { email: 'admin@example.com', password: 'the password of the benchmark' };
const ACCESS_LIFE = 86_400;
/** The settings of the service, except its database. Access tokens outlive the run, and stay valid when the port changes. */
export const SETTINGS = {
  TESSERA_SECRET: process.env.TESSERA_SECRET ?? randomBytes(32).toString('base64'),
  ADMIN_PASSWORD: ADMIN.password,
  ACCESS_TOKEN_TTL: String(ACCESS_LIFE),
  PUBLIC_URL: 'http://tessera.example',
};

/**
 * Starts the service and its rivals, each on its own database with the same number of tokens, and gets the tokens of the virtual
 * clients. The service comes first. The `session` stops them. With `baseline`, the folder of another checkout, that build
 * and the afternoon service are the only rivals.
 */
export async function startContenders(databases, { records, clients, session, baseline }) {
  const log = join(session.logs, 'seed.log');
  const start = (name, main, env) => session.start(name, main, env);
  const env = { ...SETTINGS, DATABASE_URL: await databases.create('service') };
  await seedService(env, { rows: records, log });
  const { sessions, subjects } = await seeded(env.DATABASE_URL, 2 * clients);
  const tokens = await tokensOf(sessions);
  const table = { tokenPath: '/api/token', records, subjects };
  const floorUrl = await databases.create('floor', 'service');
  const service = await start('tessera', SERVICE, env);
  const bearers = await signIn(service.port, clients);
  const proving = await signInWithKeys(service.port, clients);
  // The clients of a baseline sign in, so those of the service do too: sessions of one user beside each other cost less than seeded ones.
  const redeemed = baseline ? bearers : tokens;
  const withBearers = redeemed.map((token, n) => ({
    ...bearers[n % clients],
    proving: proving[n % clients],
    ...token,
  }));
  const whole = { scenarios: ['redeem', ...RESOURCE], ...table };
  const tessera = contender('tessera', {
    ...{ server: service, clients: withBearers.slice(0, clients), ...whole, publicUrl: SETTINGS.PUBLIC_URL },
    scenarios: [...whole.scenarios, 'get-one-bound'],
  });
  const afternoon = () => startAfternoon(databases, { records, clients, subjects, start });
  if (baseline) {
    const other = await startBaseline(databases, { ...whole, clients, log, start, checkout: baseline });
    return [tessera, other, await afternoon()];
  }
  const replicas = new Replicas([await start('replica-1', SERVICE, env), await start('replica-2', SERVICE, env)]);
  return [
    tessera,
    contender('two replicas', { server: replicas, clients: withBearers.slice(clients), ...whole }),
    await startOidcProvider(databases, { records, clients, start }),
    await startOAuth2Server(databases, { records, clients, start }),
    await afternoon(),
    contender('floor', {
      server: await start('floor', FLOOR, { ...SETTINGS, DATABASE_URL: floorUrl }),
      clients: withBearers.slice(0, clients),
      ...whole,
    }),
  ];
}

/** The service of another checkout, filled by its own `bench:seed`, since its schema may be older. Its clients sign in to get their tokens. */
async function startBaseline(databases, { clients, log, start, checkout, ...whole }) {
  const env = { ...SETTINGS, DATABASE_URL: await databases.create('baseline') };
  await seedService(env, { rows: whole.records, log, checkout });
  const server = await start('baseline', join(checkout, 'dist/main.js'), env);
  return contender('baseline', { server, clients: await signIn(server.port, clients), ...whole });
}

/** The description of a server for `measure`. Its clients are copies, since their tokens change with every answer. */
export function contender(name, { server, scenarios, clients, ...target }) {
  const own = clients.map((client) => ({ ...client }));
  return { name, scenarios, server, clients: own, target: { ...target, ports: server.ports } };
}

/** Signs the administrator in at this many clients. Returns the `clientId`, `token` and `bearer` of each. */
export async function signIn(port, count) {
  const clients = [];
  for (let n = 0; n < count; n++) {
    const clientId = `bench-${n}`;
    const { access_token: bearer, refresh_token: token } = await signInAs(clientId, port);
    clients.push({ clientId, token, bearer });
  }
  return clients;
}

/** Signs the administrator in at this many clients, each with a key. Returns the `clientId`, `key` and `bound` access token of each. */
async function signInWithKeys(port, count) {
  const clients = [];
  for (let n = 0; n < count; n++) {
    const client = { clientId: `bound-${n}`, key: newKey() };
    const dpop = proofOf(client, 'POST', `${SETTINGS.PUBLIC_URL}/api/token`);
    const { access_token: bound } = await signInAs(client.clientId, port, { dpop });
    clients.push({ ...client, bound });
  }
  return clients;
}

async function signInAs(clientId, port, headers = {}) {
  const form = { grant_type: 'password', username: ADMIN.email, password: ADMIN.password, client_id: clientId };
  const body = new URLSearchParams(form);
  const answer = await fetch(`http://127.0.0.1:${port}/api/token`, { method: 'POST', headers, body });
  const tokens = await answer.json();
  if (!tokens.access_token) throw new Error(`The benchmark could not sign in: ${answer.status}`);
  return tokens;
}

/** The refresh tokens of sessions. A seeded database has only their hashes, but a token can be computed from its session. */
export async function tokensOf(sessions) {
  const { RefreshTokenCodec } = await import(join(DIST, 'sessions/refresh-token.codec.js'));
  const codec = new RefreshTokenCodec({ ...SETTINGS, TESSERA_SECRET_PREVIOUS: [] });
  return sessions.map((session) => ({ clientId: session.clientId, token: codec.encode(session) }));
}

async function startOidcProvider(databases, { records, clients, start }) {
  const env = { DATABASE_URL: await databases.create('oidc_provider') };
  await fillOidc(env.DATABASE_URL, records);
  const server = await start('oidc-provider', join(SERVERS, 'oidc-provider.mjs'), env);
  const tokens = await server.issue(clients);
  return contender('oidc-provider', { server, scenarios: ['redeem'], clients: tokens, tokenPath: '/token' });
}

async function startOAuth2Server(databases, { records, clients, start }) {
  const env = { DATABASE_URL: await databases.create('oauth2_server') };
  await fillOAuth2(env.DATABASE_URL, records);
  const server = await start('oauth2-server', join(SERVERS, 'oauth2-server.mjs'), env);
  const tokens = await server.issue(clients);
  return contender('oauth2-server', { server, scenarios: ['redeem'], clients: tokens, tokenPath: '/token' });
}

/** The access tokens of this server come from the benchmark, as from another service. They use ES256, like those of the service. */
async function startAfternoon(databases, { records, clients, subjects, start }) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' });
  const env = { DATABASE_URL: await databases.create('afternoon'), PUBLIC_KEY: publicPem };
  const server = await start('afternoon', AFTERNOON, env);
  await fillAfternoon(env.DATABASE_URL, { records, subjects });
  const bearers = Array.from({ length: clients }, (_, n) => ({
    bearer: accessToken(`user${n}@example.com`, privateKey),
  }));
  return contender('afternoon', { server, scenarios: RESOURCE, clients: bearers, records, subjects });
}

function accessToken(sub, privateKey) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + ACCESS_LIFE;
  const signed = `${encode({ alg: 'ES256', typ: 'at+jwt' })}.${encode({ sub, exp, client_id: 'bench-app' })}`;
  return `${signed}.${sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
