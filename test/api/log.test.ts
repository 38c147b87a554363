import { humanLog } from '../../src/observability/human-log.js';
import { basic, basicOf, bearerOf, create, passwordOf, RESOURCE, validRecord, type Client } from '../support/client.js';
import { raw } from '../support/raw.js';
import { Service } from '../support/service.js';

type Line = Record<string, unknown> & { readonly msg: string; readonly level: number };

const SECRETS = {
  ProtectedTicket: 'TICKET-protected-4711',
  TicketHash: 'TICKET-hash-4711',
  TicketSalt: 'TICKET-salt-4711',
};
const WRONG_PASSWORD = 'PASSWORD-that-is-wrong';

describe('the log', () => {
  let service: Service;
  let admin: Client;
  let token: string;

  beforeAll(async () => {
    // The most detailed level: a secret that is absent here is absent at every level.
    service = await Service.start({ LOG_LEVEL: 'trace' });
    admin = service.client(basicOf('admin'));
    token = (await bearerOf(service.client(), 'all')).replace('Bearer ', '');
  });
  afterAll(() => service.dispose());

  /** The lines of the log so far, after the lines of all finished requests were written. */
  async function lines(): Promise<Line[]> {
    const end = `end-${Math.random()}`;
    await admin.send('GET', RESOURCE, { headers: { 'x-request-id': end } });
    while (!service.log.includes(end)) await new Promise((resolve) => setTimeout(resolve, 10));
    return service.log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  }

  it.each([
    ['GET', RESOURCE, 200],
    ['GET', `${RESOURCE}?page=0`, 400],
    ['HEAD', RESOURCE, 200],
    ['POST', RESOURCE, 400],
    ['PUT', RESOURCE, 400],
    ['PATCH', RESOURCE, 405],
    ['DELETE', `${RESOURCE}/999999999`, 404],
    ['GET', '/nowhere', 404],
    ['GET', '/%', 404],
    ['POST', '/api/token', 400],
    ['GET', '/health/ready', 200],
  ])('has one line for each request: %s %s, %d', async (method, path, status) => {
    const requestId = `one-line.${method}.${Math.random()}`;
    const answer = await admin.send(method, path, { headers: { 'x-request-id': requestId } });
    expect(answer.status).toBe(status);
    const logged = (await lines()).filter((line) => line['requestId'] === requestId);
    expect(logged).toEqual([
      expect.objectContaining({
        msg: 'request',
        method,
        path: path === '/%' ? '/%25' : path.split('?')[0],
        status,
        ms: expect.any(Number) as number,
        address: '127.0.0.1',
      }),
    ]);
  });

  it('names the user of a request, and the reason of a failure', async () => {
    for (const [id, authorization, logged] of [
      ['who-1', basicOf('read'), { status: 403, user: 'read@example.com', failure: { code: 'insufficient_scope' } }],
      ['who-2', `Bearer ${token}`, { status: 200, user: 'all@example.com' }],
      ['who-3', basic('nobody@example.com', WRONG_PASSWORD), { status: 401, failure: { code: 'unauthorized' } }],
    ] as const) {
      await service.client(authorization).send('GET', RESOURCE, { headers: { 'x-request-id': id } });
      expect((await lines()).find((line) => line['requestId'] === id)).toMatchObject(logged);
    }
  });

  it('has a line for bytes that are not a request, with the same request id as the answer', async () => {
    const { status, headers } = await raw(service.url, 'SECRET garbage\r\n\r\n');
    expect(status).toBe(400);
    const logged = (await lines()).find((line) => line['requestId'] === headers.get('x-request-id'));
    expect(logged).toMatchObject({ msg: 'broken request', status: 400, address: '127.0.0.1' });
    expect(service.log).not.toContain('SECRET garbage');
  });
});

/** Waits for a line of the log. */
async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

function withoutTimes(line: string): string {
  return line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, '').replace(/ \d+(\.\d)? ms/, ' MS');
}

describe.each(['json', 'human'])('a log in the format %s', (format) => {
  let service: Service;
  let admin: Client;
  let token: string;

  beforeAll(async () => {
    // The most detailed level: a secret that is absent here is absent at every level.
    service = await Service.start({ LOG_LEVEL: 'trace', LOG_FORMAT: format });
    admin = service.client(basicOf('admin'));
    token = (await bearerOf(service.client(), 'all')).replace('Bearer ', '');
  });
  afterAll(() => service.dispose());

  it('never contains a password, a token, a ticket, an Authorization header or an error', async () => {
    const id = await create(admin, SECRETS);
    const encoded = Buffer.from('x'.repeat(50)).toString('base64url');
    const wrong = service.client(basic('admin@example.com', WRONG_PASSWORD));
    await service.client(`Bearer ${token}`).put(RESOURCE, validRecord({ ...SECRETS, Id: id }));
    await admin.put(RESOURCE, validRecord({ ...SECRETS, Id: 999_999_999 }));
    await admin.post(RESOURCE, { ...SECRETS, ProtectedTicket: `${SECRETS.ProtectedTicket}\0` });
    await admin.form('POST', RESOURCE, validRecord(SECRETS) as Record<string, string>);
    await admin.send('POST', RESOURCE, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(SECRETS).slice(0, -1),
    });
    for (const [member, value] of Object.entries(SECRETS)) {
      const { body } = await admin.get(`${RESOURCE}?RefreshToken_${member}=${value}`);
      expect(body.TotalItems).toBeGreaterThan(0);
      await admin.get(`${RESOURCE}?RefreshToken_${member}=${value}&RefreshToken_${member}=${value}&page=x`);
      await wrong.get(`${RESOURCE}?RefreshToken_${member}=${value}`);
    }
    await wrong.get(RESOURCE);
    await service.client(`Bearer ${token}x`).get(RESOURCE);
    await admin.get(`${RESOURCE}/${token}`);
    await admin.get(`/${token}?access_token=${token}`);
    await admin.get(`${RESOURCE}/${encoded}`);
    await service
      .client()
      .form('POST', '/api/token', { grant_type: 'password', username: token, password: WRONG_PASSWORD });
    await raw(
      service.url,
      `GET / HTTP/1.1\r\nauthorization: Bearer ${token}\r\nbroken header ${WRONG_PASSWORD}\r\n\r\n`,
    );

    await service.client('Bearer last').get('/last');
    await until(() => service.log.includes('/last'));
    const secrets = [
      ...Object.values(SECRETS),
      ...['admin', 'read', 'all'].flatMap((name) => [passwordOf(name), basicOf(name).replace('Basic ', '')]),
      ...[WRONG_PASSWORD, basic('admin@example.com', WRONG_PASSWORD).replace('Basic ', ''), encoded],
      ...token.split('.'),
    ];
    for (const secret of secrets) {
      expect(service.log).not.toContain(secret);
      expect(service.log).not.toContain(encodeURIComponent(secret));
    }
    expect(service.log).not.toMatch(/"authorization"|bearer |basic |argon2/i);
    expect(service.log).not.toMatch(/"level":[56]0| (ERROR|FATAL): /);
    expect(service.log.split('\n').length).toBeGreaterThan(30);
  });
});

describe('a log for people', () => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start({ LOG_FORMAT: 'human' });
  });
  afterAll(() => service.dispose());

  it('has a line of text for each request, with the reason of a failure', async () => {
    const admin = service.client(basicOf('admin'));
    await admin.get(`${RESOURCE}?size=1`);
    await service.client().send('GET', RESOURCE, { headers: { 'x-request-id': 'asked-1' } });
    await raw(service.url, 'GET /\x1b[31m HTTP/1.1\r\nhost: x\r\n\r\n');
    await admin.get('/last');
    await until(() => service.log.includes('/last'));
    const lines = service.log.split('\n').filter((line) => / (GET|request) /.test(line));
    expect(lines.filter((line) => !line.includes('/health/')).map(withoutTimes)).toEqual([
      `INFO: GET ${RESOURCE} 200 MS admin@example.com`,
      `INFO: GET ${RESOURCE} 401 MS unauthorized from 127.0.0.1 request asked-1`,
      expect.stringMatching(/^INFO: broken request 400 HPE_INVALID_URL from 127\.0\.0\.1 request [-\w]+$/),
      expect.stringMatching(/^INFO: GET \/last 404 MS request_refused from 127\.0\.0\.1 request [-\w]+$/),
    ]);
    expect(service.log).toMatch(/^\S+ INFO: Server listening at /m);
  });

  it('escapes control characters that a terminal would obey, and line breaks', () => {
    const written: string[] = [];
    const failure = { code: 'x', detail: 'two\nlines \u001b[31m\u009b31m \u202e\u2028' };
    const log = humanLog({ write: (text) => written.push(text) });
    log.write(JSON.stringify({ level: 30, time: 0, msg: 'request', method: 'GET', path: '/', failure }));
    expect(written.map((text) => withoutTimes(text))).toEqual([
      'INFO: GET / x (two\\u000alines \\u001b[31m\\u009b31m \\u202e\\u2028)\n',
    ]);
  });
});
