import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { basicOf, create, idsOf, RESOURCE, validRecord, type Client } from '../support/client.js';
import { runCli } from '../support/cli.js';
import { newEmbeddedData } from '../support/data.js';
import { SECRET } from '../support/fixtures.mjs';
import { runMain } from '../support/run-main.js';
import { freePort, Service } from '../support/service.js';

describe('data', () => {
  let service: Service;
  let admin: Client;
  const open = async (): Promise<Socket> => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return socket;
  };

  beforeAll(async () => {
    service = await Service.startAlone();
    admin = service.client(basicOf('admin'));
  });
  afterAll(() => service.dispose());

  it('is for one process at a time when embedded: a second process or a command is refused, and the message says why', async () => {
    const embedded = await Service.startAloneOn(newEmbeddedData());
    const { code, output } = await runMain({ DATA_DIR: embedded.dataDir, PORT: String(await freePort()) });
    const command = await runCli(embedded.dataDir, ['users', 'list']);
    expect((await embedded.client(basicOf('admin')).get(RESOURCE)).status).toBe(200);
    await embedded.dispose();
    expect([code, command]).toEqual([1, { code: 1, stdout: '', stderr: output }]);
    expect(output).toMatch(
      /^The embedded database in \S+ is in use by process \d+\. It serves one process at a time: stop that process first, or set DATABASE_URL to run several on one PostgreSQL\.\n$/,
    );
  });

  it('survives a restart, with the data of a request in flight; idle clients do not delay the end, and the exit code is 0', async () => {
    const id = await create(admin, { Subject: 'kept' });
    const before = (await admin.get(`${RESOURCE}/${id}`)).text;
    const silent = await open();
    const speaking = await open();
    const body = JSON.stringify(validRecord({ Subject: 'in flight' }));
    const head = `POST ${RESOURCE} HTTP/1.1\r\nhost: x\r\nauthorization: ${basicOf('admin')}\r\nexpect: 100-continue\r\n`;
    speaking.write(`${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`);
    // The service has read the head of the request and waits for its body.
    await once(speaking, 'data');
    const ended = service.end();
    await refused(service);
    const closed = [speaking, silent].map((socket) => once(socket, 'close'));
    let answer = '';
    speaking.setEncoding('utf8').on('data', (text: string) => (answer += text));
    speaking.write(body);
    await closed[0];
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    await closed[1];
    expect(await ended).toBe(0);
    await service.resume();
    expect((await admin.get(`${RESOURCE}/${id}`)).text).toBe(before);
    expect(idsOf(await admin.get(`${RESOURCE}?RefreshToken_Subject=in+flight`))).toHaveLength(1);
  });

  it('survives a kill when the service has acknowledged it', async () => {
    const acknowledged: number[] = [];
    const enough = new Promise<void>((resolve) => {
      const write = async (): Promise<void> => {
        acknowledged.push(await create(admin, { Subject: 'killed' }));
        if (acknowledged.length === 100) resolve();
        return write();
      };
      // Each request loop ends when the service ends.
      for (let i = 0; i < 20; i++) void write().catch(() => undefined);
    });
    await enough;
    await service.end('SIGKILL');
    await service.resume();
    const found = idsOf(await admin.get(`${RESOURCE}?size=10000&RefreshToken_Subject=killed`));
    expect(acknowledged.filter((id) => !found.includes(id))).toEqual([]);
    expect(await create(admin)).toBeGreaterThan(Math.max(...found));
  });
});

/** Waits until the service accepts no new connections. */
async function refused(service: Service): Promise<void> {
  let response: Response | undefined;
  do {
    response = await fetch(`${service.url}/health/live`).catch(() => undefined);
  } while (response?.ok);
}

describe('bad settings', () => {
  it('are all named together, with the expected values and without secrets', async () => {
    const { code, output } = await runMain({
      PORT: '65536',
      HOST: 'a b',
      PUBLIC_URL: 'ftp://x/',
      DATABASE_URL: 'mysql://user:hunter2@x/y',
      ADMIN_EMAIL: 'admin',
      ADMIN_PASSWORD: 'hunter2',
      ACCESS_TOKEN_TTL: '1h',
      LOG_LEVEL: 'loud',
      LOG_FORMAT: 'xml',
      METRICS_PORT: 'x',
      METRICS_HOST: 'a b',
    });
    expect(code).toBe(1);
    expect(output).toContain('Bad settings:\n');
    for (const line of [
      'PORT: expected a port from 1 to 65535, got 65536',
      'HOST: expected a host name or an IP address, got "a b"',
      'PUBLIC_URL: expected ',
      'DATABASE_URL: expected postgres://user:password@host:port/database',
      'TESSERA_SECRET: expected 32 random bytes or more as text, at least 43 characters; make one with: openssl rand -base64 32',
      'ADMIN_EMAIL: expected an e-mail address, got "admin"',
      'ADMIN_PASSWORD: expected 8 to 512 characters',
      'ACCESS_TOKEN_TTL: expected seconds from 1 to 604800, got "1h"',
      'LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent, got "loud"',
      'LOG_FORMAT: expected one of json, human, got "xml"',
      'METRICS_PORT: expected a port from 1 to 65535, got "x"',
      'METRICS_HOST: expected a host name or an IP address, got "a b"',
    ])
      expect(output).toContain(`\n  ${line}`);
    expect(output).not.toMatch(/hunter2|at file:|Error:/);
  });

  it('include metrics on the port of the service', async () => {
    const { code, output } = await runMain({ PORT: '4000', METRICS_PORT: '4000', TESSERA_SECRET: SECRET });
    expect([code, output]).toEqual([1, 'Bad settings:\n  METRICS_PORT: expected another port than PORT, got 4000\n']);
  });

  it.each(['x'.repeat(43), 'abc'.repeat(20), '123456789'.repeat(5)])(
    'include a secret of few characters: %s',
    async (secret) => {
      const { code, output } = await runMain({ TESSERA_SECRET: secret, DATABASE_URL: 'postgres://u:p@127.0.0.1:1/d' });
      expect([code, output]).toEqual([
        1,
        'Bad settings:\n  TESSERA_SECRET: expected random text, but it has fewer than 10 different characters; make one with: ' +
          'openssl rand -base64 32. A secret that was in use can stay in TESSERA_SECRET_PREVIOUS\n',
      ]);
    },
  );

  it('do not include a weak earlier secret: it was accepted once', async () => {
    const earlier = { TESSERA_SECRET: SECRET, TESSERA_SECRET_PREVIOUS: 'x'.repeat(43) };
    const { output } = await runMain({ ...earlier, PORT: '4000', METRICS_PORT: '4000' });
    expect(output).toBe('Bad settings:\n  METRICS_PORT: expected another port than PORT, got 4000\n');
  });

  it('include a DATA_DIR that is not a folder', async () => {
    const DATA_DIR = join(tmpdir(), `tessera-test-${randomUUID()}`);
    writeFileSync(DATA_DIR, '');
    const { code, output } = await runMain({ DATA_DIR });
    rmSync(DATA_DIR);
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/^Bad settings:\n {2}DATA_DIR: expected a folder that this user may write to \(.+\)\n$/),
    ]);
  });
});
