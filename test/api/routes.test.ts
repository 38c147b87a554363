import { basicOf, create, passwordOf, RESOURCE, validRecord, type Client } from '../support/client.js';
import { raw } from '../support/raw.js';
import { Service } from '../support/service.js';

const UUID_4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const JSON_TYPE = { 'content-type': 'application/json' };

const KNOWN: readonly (readonly [path: string, allow: string])[] = [
  [RESOURCE, 'GET, HEAD, POST, PUT'],
  [`${RESOURCE}/`, 'GET, HEAD, POST, PUT'],
  [`${RESOURCE}?id=[1]`, 'GET, HEAD, POST, PUT'],
  [`${RESOURCE}/1`, 'DELETE, GET, HEAD, PUT'],
  ['/API/Sys/RefreshTokens/1/', 'DELETE, GET, HEAD, PUT'],
  ['/api/token', 'POST'],
  ['/health/live', 'GET, HEAD'],
  ['/health/ready', 'GET, HEAD'],
  ['/api/openapi.json', 'GET, HEAD'],
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'SEARCH', 'TRACE'];
const REFUSED = KNOWN.flatMap(([path, allow]) =>
  METHODS.filter((method) => !allow.split(', ').includes(method)).map((method) => [method, path, allow] as const),
);

describe('routes', () => {
  let service: Service;
  let admin: Client;
  let id: number;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
    id = await create(admin);
  });
  afterAll(() => service.dispose());

  it.each(['/api/sys/refreshtokens', '/API/SYS/REFRESHTOKENS', '/Api/Sys/RefreshTokens'])(
    'match without regard to case, with or without a trailing slash: %s',
    async (path) => {
      for (const slash of ['', '/']) {
        expect((await admin.get(path + slash)).body.Records).toHaveLength(1);
        expect((await admin.get(`${path}/${id}${slash}`)).body.Id).toBe(id);
        expect((await admin.get(`${path}${slash}?ID=[${id}]`)).body).toMatchObject([{ Id: id }]);
        expect((await admin.put(path + slash, validRecord({ Id: id }))).status).toBe(200);
        const created = await admin.post(path + slash, validRecord());
        expect(created.status).toBe(200);
        expect((await admin.delete(`${path}/${created.body.Value.Id}${slash}`)).status).toBe(200);
      }
    },
  );

  it('accept duplicate slashes, as a base URL with a slash at its end produces them', async () => {
    const token = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
    expect((await service.client().form('POST', '//api/token', token)).status).toBe(200);
    expect((await admin.get(`//api//sys///refreshtokens//?id=[${id}]`)).body).toMatchObject([{ Id: id }]);
    expect((await admin.get(`/${RESOURCE}//${id}`)).body.Id).toBe(id);
    expect((await admin.get(`${RESOURCE}?RefreshToken_Subject=a//b`)).body.Records).toEqual([]);
    const refused = await admin.send('PATCH', `/${RESOURCE}`);
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, PUT']);
    expect((await admin.get('//nowhere//')).status).toBe(404);
  });

  it.each(REFUSED)('refuse %s %s with 405 and what the path allows', async (method, path, allow) => {
    for (const headers of [
      '',
      'content-type: application/json\r\n',
      'content-type: text/xml\r\n',
      'content-type: x\r\n',
    ]) {
      const body = method === 'HEAD' ? '' : '<not json';
      const answer = await raw(
        service.url,
        `${method} ${path} HTTP/1.1\r\nhost: x\r\n${headers}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe(allow);
      if (method === 'HEAD') continue;
      expect(JSON.parse(answer.text)).toEqual({
        Status: 405,
        Message: `This path offers ${allow}.`,
        Value: null,
        Errors: null,
        WasSuccessful: false,
      });
    }
  });

  it.each([
    ['GET', '/api'],
    ['GET', '/api/sys/refreshtoken'],
    ['GET', `${RESOURCE}/1/2`],
    ['GET', '/api/sys/../sys/refreshtokens/1/../../none'],
    ['POST', '/api/tokens'],
    ['DELETE', '/health'],
    ['PATCH', '/nowhere'],
    ['GET', '/api/sys/refreshtokens%2f1'],
  ])('answer %s %s, which is not a path, with 404 and the form of contract 1.5', async (method, path) => {
    const { status, text } = await admin.send(method, path);
    expect(status).toBe(404);
    expect(text).toBe(
      '{"Status":404,"Message":"There is nothing at this path.","Value":null,"Errors":null,"WasSuccessful":false}',
    );
  });

  it('answer HEAD like GET, without the body', async () => {
    for (const [path, status] of [
      [RESOURCE, 200],
      [`${RESOURCE}/${id}`, 200],
      [`${RESOURCE}?id=[${id}]`, 200],
      [`${RESOURCE}/999999999`, 404],
      [`${RESOURCE}/x`, 400],
      [`${RESOURCE}?page=0`, 400],
    ] as const) {
      // The lengths of uncompressed answers. By default fetch requests gzip.
      const headers = { 'accept-encoding': 'identity' };
      const head = await admin.send('HEAD', path, { headers });
      const get = await admin.send('GET', path, { headers });
      expect([head.status, get.status]).toEqual([status, status]);
      expect(head.text).toBe('');
      expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(get.text)));
    }
    expect((await service.client().send('HEAD', RESOURCE)).status).toBe(401);
    expect((await service.client(basicOf('none')).send('HEAD', RESOURCE)).status).toBe(403);
  });

  const every: readonly (readonly [status: number, send: () => Promise<{ status: number; headers: Headers }>])[] = [
    [200, () => admin.get(RESOURCE)],
    [200, () => admin.post(RESOURCE, validRecord())],
    [200, () => service.client().get('/health/live')],
    [200, () => service.client().get('/api/openapi.json')],
    [200, () => service.client().get('/docs')],
    [400, () => admin.get(`${RESOURCE}/x`)],
    [400, () => admin.get(`${RESOURCE}?page=0`)],
    [400, () => admin.get(`${RESOURCE}?page=%`)],
    [400, () => admin.send('POST', RESOURCE, { headers: JSON_TYPE, body: '{' })],
    [400, () => admin.post(RESOURCE, {})],
    [400, () => admin.get(`${RESOURCE}/%zz`)],
    [404, () => admin.get('/%')],
    [404, () => admin.get('/%ff?%')],
    [404, () => raw(service.url, 'OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')],
    [200, () => raw(service.url, 'GET http://x/health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')],
    [400, () => service.client().form('POST', '/api/token', {})],
    [401, () => service.client().get(RESOURCE)],
    [403, () => service.client(basicOf('none')).get(RESOURCE)],
    [404, () => admin.get(`${RESOURCE}/999999999`)],
    [404, () => admin.get('/nowhere')],
    [405, () => admin.send('PATCH', RESOURCE)],
    [413, () => admin.post(RESOURCE, 'x'.repeat(256 * 1024))],
    [415, () => admin.send('POST', RESOURCE, { headers: { 'content-type': 'text/plain' }, body: 'x' })],
    [400, () => raw(service.url, 'garbage\r\n\r\n')],
    [400, () => raw(service.url, 'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n')],
    [431, () => raw(service.url, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(17 * 1024)}\r\n\r\n`)],
  ];

  it('give every answer its own X-Request-Id, forbid caches to store it, and set security headers', async () => {
    const ids = new Set<string | null>();
    for (const [expected, send] of every) {
      const { status, headers } = await send();
      expect(status).toBe(expected);
      expect(headers.get('x-request-id')).toMatch(UUID_4);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
      ids.add(headers.get('x-request-id'));
    }
    expect(ids.size).toBe(every.length);
  });

  it('set the security headers for browsers on pages and on failures', async () => {
    for (const path of ['/docs', RESOURCE, '/nowhere', '/%']) {
      const { headers } = await admin.get(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBeNull();
    }
  });

  it.each(['a', 'A-1_b.c', '0'.repeat(64)])('keep a valid X-Request-Id of the request: %s', async (sent) => {
    for (const path of [RESOURCE, '/nowhere', `${RESOURCE}/x`, '/%'])
      expect((await admin.send('GET', path, { headers: { 'x-request-id': sent } })).headers.get('x-request-id')).toBe(
        sent,
      );
  });

  it.each(['', ' ', 'a b', 'a,b', '<b>', 'a"b', "'; --", 'é', '0'.repeat(65), '{}'])(
    'replace an invalid X-Request-Id: %j',
    async (sent) => {
      const { headers } = await admin.send('GET', RESOURCE, { headers: { 'x-request-id': sent } });
      expect(headers.get('x-request-id')).toMatch(UUID_4);
    },
  );
});
