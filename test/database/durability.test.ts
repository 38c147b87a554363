import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { basicOf, create, RESOURCE, validRecord, type Client } from '../support/client.js';
import { freePort, Service } from '../support/service.js';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

/** Starts a process that is expected to end by itself, and returns how it did. */
async function run(env: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  await once(child, 'close');
  return { code: child.exitCode, output };
}

describe('data', () => {
  let service: Service;
  let admin: Client;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
  });
  afterAll(() => service.dispose());

  const idsOf = async (query: string): Promise<number[]> => {
    const { body } = await admin.get(`${RESOURCE}?size=10000&${query}`);
    return body.Records.map((record: { Id: number }) => record.Id);
  };

  it('is there after a restart; the process ends with 0', async () => {
    const id = await create(admin, { Subject: 'kept' });
    const before = (await admin.get(`${RESOURCE}/${id}`)).text;
    expect(await service.end()).toBe(0);
    await service.resume();
    expect((await admin.get(`${RESOURCE}/${id}`)).text).toBe(before);
  });

  it('that was acknowledged is there after the process was killed in the middle of its work', async () => {
    const acknowledged: number[] = [];
    const enough = new Promise<void>((resolve) => {
      const write = async (): Promise<void> => {
        acknowledged.push(await create(admin, { Subject: 'killed' }));
        if (acknowledged.length === 100) resolve();
        return write();
      };
      // Each ends when the service does.
      for (let i = 0; i < 20; i++) void write().catch(() => undefined);
    });
    await enough;
    await service.end('SIGKILL');
    await service.resume();
    const found = await idsOf('RefreshToken_Subject=killed');
    expect(acknowledged.filter((id) => !found.includes(id))).toEqual([]);
    expect(await create(admin)).toBeGreaterThan(Math.max(...found));
  });

  it('is for one process at a time: a second one is refused and says why', async () => {
    const { code, output } = await run({ DATA_DIR: service.dataDir, PORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(output).toMatch(
      /^The embedded database in \S+ is in use by process \d+\. It serves one process at a time: stop that process first, or set DATABASE_URL to run several on one PostgreSQL\.\n$/,
    );
    expect((await admin.get(RESOURCE)).status).toBe(200);
  });

  it('of a request in flight is written before the process ends', async () => {
    const body = JSON.stringify(validRecord({ Subject: 'in flight' }));
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    const head = `POST ${RESOURCE} HTTP/1.1\r\nhost: x\r\nauthorization: ${basicOf('admin')}\r\nexpect: 100-continue\r\n`;
    socket.write(`${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`);
    // The service has the request now and waits for its body.
    await once(socket, 'data');
    const ended = service.end();
    await expect(refused(service)).resolves.toBe(true);
    socket.write(body);
    await once(socket, 'close');
    expect(answer).toContain('HTTP/1.1 200 OK');
    expect(await ended).toBe(0);
    await service.resume();
    expect(await idsOf('RefreshToken_Subject=in+flight')).toHaveLength(1);
  });

  it('is closed properly, though a client neither speaks nor hangs up', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    expect(await service.end()).toBe(0);
    await closed;
    await service.resume();
  });
});

/** Waits until the service takes no new connections. */
async function refused(service: Service): Promise<boolean> {
  for (;;) {
    const response = await fetch(`${service.url}/health/live`).catch(() => undefined);
    if (!response || response.status === 503) return true;
  }
}

describe('bad settings', () => {
  it('are all named at once, with what was expected, and no secret among them', async () => {
    const { code, output } = await run({
      PORT: '65536',
      HOST: 'a b',
      PUBLIC_URL: 'ftp://x/',
      DATABASE_URL: 'mysql://user:hunter2@x/y',
      TESSERA_SECRET: 'too-short',
      ADMIN_EMAIL: 'admin',
      ADMIN_PASSWORD: 'hunter2',
      ACCESS_TOKEN_TTL: '1h',
      LOG_LEVEL: 'loud',
    });
    expect(code).toBe(1);
    expect(output).toContain('Bad settings:\n');
    for (const line of [
      'PORT: expected a port from 0 to 65535, got 65536',
      'HOST: expected a host name or an IP address, got "a b"',
      'PUBLIC_URL: expected ',
      'DATABASE_URL: expected postgres://user:password@host:port/database',
      'TESSERA_SECRET: expected 32 random bytes or more as text, at least 43 characters; make one with: openssl rand -base64 32',
      'ADMIN_EMAIL: expected an e-mail address, got "admin"',
      'ADMIN_PASSWORD: expected 8 to 512 characters',
      'ACCESS_TOKEN_TTL: expected seconds from 1 to 604800, got "1h"',
      'LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent, got "loud"',
    ])
      expect(output).toContain(`\n  ${line}`);
    expect(output).not.toMatch(/hunter2|too-short|at file:|Error:/);
  });

  it('include a database server without a secret', async () => {
    const { code, output } = await run({ DATABASE_URL: 'postgres://x@127.0.0.1:1/y' });
    expect(code).toBe(1);
    expect(output).toContain('TESSERA_SECRET: expected ');
  });
});
