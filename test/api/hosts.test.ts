import { basicOf, RESOURCE } from '../support/client.js';
import { raw } from '../support/raw.js';
import { Service } from '../support/service.js';

let service: Service;
afterAll(() => service.dispose());

describe('a request', () => {
  beforeAll(async () => {
    // At this level the service logs probes too.
    service = await Service.start({ LOG_LEVEL: 'debug' });
  });

  it.each([
    ['two Host headers', 'Host: a\r\nhost: b\r\n', 'The request has more than one Host header.'],
    ['the same Host header twice', 'Host: a\r\nHost: a\r\n', 'The request has more than one Host header.'],
    ['no Host header', '', 'The request has no Host header.'],
  ])(
    'with %s is refused on every path, in the form of the contract, with a line in the log',
    async (_what, hosts, message) => {
      for (const [n, target] of [
        `GET ${RESOURCE}`,
        'GET /health/live',
        'GET /nowhere',
        `PATCH ${RESOURCE}`,
      ].entries()) {
        const id = `hosts-${hosts.length}-${n}`;
        const head = `${target} HTTP/1.1\r\n${hosts}x-request-id: ${id}\r\nauthorization: ${basicOf('admin')}\r\nconnection: close\r\n\r\n`;
        const { status, headers, text } = await raw(service.url, head);
        expect([status, headers.get('x-request-id'), JSON.parse(text)]).toEqual([
          400,
          id,
          { Status: 400, Message: message, Value: null, Errors: null, WasSuccessful: false },
        ]);
        for (let i = 0; i < 500 && !service.log.includes(id); i++)
          await new Promise((resolve) => setTimeout(resolve, 10));
        expect(service.log).toContain(id);
      }
    },
  );

  it('with two Host headers is refused in the form of OAuth at the token endpoint', async () => {
    const head = 'POST /api/token/revoke HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n';
    const form = 'content-type: application/x-www-form-urlencoded\r\ncontent-length: 7\r\n\r\ntoken=x';
    const { status, text } = await raw(service.url, head + form);
    expect([status, JSON.parse(text)]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'The request has more than one Host header.' },
    ]);
  });

  it('in HTTP/1.0 needs no Host header', async () => {
    expect((await raw(service.url, 'GET /health/live HTTP/1.0\r\n\r\n')).status).toBe(200);
    expect((await raw(service.url, 'GET /health/live HTTP/1.1\r\nHost: x\r\nconnection: close\r\n\r\n')).status).toBe(
      200,
    );
  });
});

describe('the documentation', () => {
  it('is served by default, and named in the metadata', async () => {
    for (const path of [
      '/docs',
      '/docs/swagger-ui-bundle.js',
      '/docs/swagger-ui.css',
      '/docs/favicon-32x32.png',
      '/api/openapi.json',
    ])
      expect([path, (await service.client().get(path)).status]).toEqual([path, 200]);
    const { body } = await service.client().get('/.well-known/oauth-authorization-server');
    expect(body.service_documentation).toBe(`${service.url}/docs`);
  });

  it('can be turned off: its page, files and document are gone, and the metadata does not name them', async () => {
    await service.end();
    await service.resume({ API_DOCS: 'off' });
    for (const path of [
      '/docs',
      '/docs/',
      '/docs/swagger-ui-bundle.js',
      '/docs/swagger-ui-init.js',
      '/docs-json',
      '/api/openapi.json',
    ]) {
      const { status, body } = await service.client().get(path);
      expect([path, status, body]).toEqual([
        path,
        404,
        { Status: 404, Message: 'There is nothing at this path.', Value: null, Errors: null, WasSuccessful: false },
      ]);
    }
    const { body } = await service.client().get('/.well-known/oauth-authorization-server');
    expect(Object.keys(body as object)).not.toContain('service_documentation');
    expect((await service.client(basicOf('admin')).get(RESOURCE)).status).toBe(200);
  });
});
