/**
 * The service on a new embedded database, and a proxy in front of it. The proxy records the requests of a client, and can lose an answer.
 * Both listen on free ports of 127.0.0.1.
 */
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../support/free-port.mjs';
import { clientOf, describeRequest } from './sent.mjs';

const ROOT = join(import.meta.dirname, '../..');
const START_LIMIT_MS = 120_000;
/** How long the answer to a client may take that has ended meanwhile. */
const ANSWER_LIMIT_MS = 60_000;

/** The user who signs in. Client libraries encode the colon, the plus and the percent sign in different ways. */
export const USER = { name: 'admin@example.com', password: 'correct horse: 100% battery+' };
/** The service account of a resource server, which can only introspect. */
export const READER = { name: 'reader@example.com', password: 'only: reads + 100%' };

const AUTHORIZATION = `Basic ${Buffer.from(`${USER.name}:${USER.password}`).toString('base64')}`;

/** Starts both. `sent` returns the records since its last call, when all are answered. `register` registers a client that signs, and returns its private key as a JWK. */
export async function startSurroundings() {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-clients-'));
  const proxy = new Proxy();
  const url = await proxy.listen();
  const port = await freePort();
  const environment = {
    PATH: process.env.PATH,
    DATA_DIR: dataDir,
    PORT: String(port),
    PUBLIC_URL: url,
    ADMIN_PASSWORD: USER.password,
    LOG_LEVEL: 'warn',
  };
  addReader(environment);
  const service = spawn(process.execPath, [join(ROOT, 'dist/main.js')], { env: environment, stdio: 'inherit' });
  const stop = async () => {
    proxy.close();
    if (service.exitCode === null) {
      service.kill();
      await once(service, 'exit');
    }
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await isReady(service, port);
  } catch (error) {
    await stop();
    throw error;
  }
  proxy.target = port;
  return { url, sent: () => proxy.taken(), register: (id) => register(port, id), stop };
}

function addReader(environment) {
  const add = ['dist/cli/main.js', 'users', 'add', READER.name, '--role', 'Token-Introspect'];
  const { status, stderr } = spawnSync(process.execPath, add, {
    cwd: ROOT,
    env: environment,
    input: READER.password,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The service account was not added: ${stderr}`);
}

/** Registers a client with `private_key_jwt` that may introspect. Returns its private key as a JWK. */
async function register(port, id) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const answer = await fetch(`http://127.0.0.1:${port}/api/sys/clients`, {
    method: 'POST',
    headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ ClientId: id, Name: id, Enabled: true, DpopRequired: false, Roles: 'Token-Introspect' },
      ...{
        AuthenticationMethod: 'private_key_jwt',
        Jwks: JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }),
      },
    }),
  });
  if (!answer.ok) throw new Error(`The client was not registered: ${await answer.text()}`);
  return privateKey.export({ format: 'jwk' });
}

async function isReady(service, port) {
  const deadline = Date.now() + START_LIMIT_MS;
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await ready())) {
    if (service.exitCode !== null || Date.now() > deadline) throw new Error('The service did not start.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

class Proxy {
  target = 0;
  #records = [];
  #losesNext = false;
  #underWay = 0;
  #server = createServer((request, response) => {
    this.#underWay++;
    this.#serve(request, response)
      .catch((error) => response.writeHead(502).end(String(error)))
      .finally(() => this.#underWay--);
  });

  async listen() {
    // A client that pauses must not meet a connection that is being closed.
    this.#server.keepAliveTimeout = 600_000;
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /**
   * The records since the last call. The client has ended, but the service may still answer one of its requests, which must not count as a
   * request of the next client.
   */
  async taken() {
    const deadline = Date.now() + ANSWER_LIMIT_MS;
    const open = promisify(this.#server.getConnections.bind(this.#server));
    while ((this.#underWay > 0 || (await open()) > 0) && Date.now() < deadline) await pause(20);
    this.#losesNext = false;
    return this.#records.splice(0);
  }

  async #serve(request, response) {
    const body = await read(request);
    const { pathname, searchParams } = new URL(request.url, 'http://proxy');
    if (pathname === '/control/lose') {
      this.#losesNext = true;
      response.end();
      return;
    }
    if (pathname === '/control/active') {
      response.writeHead((await this.#isActive(searchParams.get('token'))) ? 200 : 410).end();
      return;
    }
    const isLost = this.#losesNext && pathname === '/api/token';
    if (isLost) this.#losesNext = false;
    const answer = await this.#forward(request, body);
    const text = await read(answer);
    this.#records.push(...describeRequest(request, body).map((record) => ({ ...record, client: clientOf(text) })));
    // The service has answered, but the client never receives the answer.
    if (isLost) request.socket.destroy();
    else response.writeHead(answer.statusCode, answer.headers).end(text);
  }

  async #forward({ method, url, headers }, body) {
    const { port } = this.#server.address();
    const options = { host: '127.0.0.1', port: this.target, method, path: url };
    const sent = forward({ ...options, headers: { ...headers, host: `127.0.0.1:${port}`, connection: 'close' } });
    sent.end(body);
    const [answer] = await once(sent, 'response');
    delete answer.headers.connection;
    delete answer.headers['transfer-encoding'];
    return answer;
  }

  async #isActive(token) {
    const url = `http://127.0.0.1:${this.target}/api/token/introspect`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: AUTHORIZATION },
      body: new URLSearchParams({ token }),
    });
    return (await answer.json()).active;
  }
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
