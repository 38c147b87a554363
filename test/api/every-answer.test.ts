import { raw } from '../support/raw.js';
import { Service } from '../support/service.js';

const FORM = 'content-type: application/x-www-form-urlencoded\r\ncontent-length: 7\r\n';
const LONG = '1'.repeat(101);

let service: Service;
beforeAll(async () => {
  // At this level the service logs probes too.
  service = await Service.start({ LOG_LEVEL: 'debug' });
});
afterAll(() => service.dispose());

const head = (line: string, headers = ''): string =>
  `${line} HTTP/1.1\r\nhost: x\r\n${headers}connection: close\r\n\r\n`;

describe('a request that Node or the router would answer by themselves:', () => {
  it.each([
    ['an expectation', 417, head('GET /health/live', 'expect: tomorrow\r\n')],
    ['an expectation at an unknown path', 417, head('GET /nowhere', 'expect: tomorrow\r\n')],
    ['an id of 101 characters', 401, head(`GET /api/sys/refreshtokens/${LONG}`)],
    ['an id of 15,000 characters', 401, head(`GET /api/sys/refreshtokens/${'1'.repeat(15_000)}`)],
    ['a path of 101 characters', 404, head(`GET /${LONG}`)],
    ['a target with an invalid port', 200, head('GET https://x:99999/health/live')],
    ['a target with an invalid host', 200, head('GET http://[/health/live')],
    ['a target with only a host', 200, head('GET http://x')],
    ['a target with another scheme', 404, head('GET ftp://x/health/live')],
    ['a target that is not a path', 404, head('GET *health/live')],
    ['the target * (the whole server)', 404, head('OPTIONS *')],
    ['a path with a broken encoding', 404, head('GET /%zz/%')],
    ['a tunnel', 400, head('CONNECT example.com:443')],
    ['an unknown method', 400, head('NONE /')],
    ['an unsatisfiable range', 416, head('GET /docs/swagger-ui.css', 'range: bytes=99999999-\r\n')],
    ['an invalid chunk', 400, `${head('POST /api/token', 'transfer-encoding: chunked\r\n')}zz\r\n`],
  ])('%s has the form of the contract, a request id and a line in the log', async (_what, expected, request) => {
    const { status, headers, text } = await raw(service.url, request);
    const id = headers.get('x-request-id') ?? 'none';
    expect([status, id]).toEqual([expected, expect.stringMatching(/^[\w-]{36}$/)]);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    const body = JSON.parse(text) as Record<string, unknown>;
    if (expected >= 400 && !('error' in body))
      expect(body).toEqual({
        Status: expected,
        Message: expect.stringMatching(/^[A-Z].*\.$/),
        Value: null,
        Errors: null,
        WasSuccessful: false,
      });
    for (let n = 0; n < 500 && !service.log.includes(id); n++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(service.log).toContain(id);
  });

  it('gets an answer in the form of OAuth at an OAuth route', async () => {
    const { status, text } = await raw(service.url, `${head('POST /api/token', `expect: tomorrow\r\n${FORM}`)}token=x`);
    expect([status, JSON.parse(text)]).toEqual([
      417,
      { error: 'invalid_request', error_description: 'The only expectation that is supported is 100-continue.' },
    ]);
  });

  it('gets an answer without waiting for the body of a client that waits for 100-continue', async () => {
    const begun = performance.now();
    const { status } = await raw(service.url, head('POST /api/token', `expect: tomorrow\r\n${FORM}`));
    expect(status).toBe(417);
    expect(performance.now() - begun).toBeLessThan(4_500);
  });
});

describe('an expectation', () => {
  it('of 100-continue is met', async () => {
    const request = `${head('POST /api/token', `expect: 100-Continue\r\n${FORM}`)}token=x`;
    const { status } = await raw(service.url, request);
    expect(status).toBe(100);
  });

  it('of 100-continue and something else is not met', async () => {
    const request = `${head('POST /api/token', `expect: 100-continue, tomorrow\r\n${FORM}`)}token=x`;
    expect((await raw(service.url, request)).text).toContain('HTTP/1.1 417 ');
  });

  it('is ignored in HTTP/1.0', async () => {
    const request = 'GET /health/live HTTP/1.0\r\nexpect: tomorrow\r\n\r\n';
    expect((await raw(service.url, request)).status).toBe(200);
  });
});
