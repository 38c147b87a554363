import { basicOf, create, passwordOf, RESOURCE } from '../support/client.js';
import { raw } from '../support/raw.js';
import { Service } from '../support/service.js';

const WELL_KNOWN = '/.well-known/oauth-authorization-server';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.dispose());

/** Restarts the service with this path in its public URL. Returns the URL. */
async function restart(path: string): Promise<string> {
  await service.end();
  await service.resume({ PUBLIC_URL: service.url + path });
  return service.url + path;
}

describe('an issuer without a path', () => {
  it('is named by the OpenAPI document, and has no metadata for paths', async () => {
    const { body } = await service.client().get('/api/openapi.json');
    expect(body.servers).toEqual([{ url: service.url }]);
    expect((await service.client().get(`${WELL_KNOWN}/auth`)).status).toBe(404);
  });
});

describe('an issuer with a path', () => {
  it('publishes its metadata at the place that RFC 8414 requires, with addresses that work with and without the path', async () => {
    const issuer = await restart('/auth/v2');
    const client = service.client();
    for (const path of [
      `${WELL_KNOWN}/auth/v2`,
      `${WELL_KNOWN}/auth/v2/`,
      `${WELL_KNOWN}/AUTH/v2`,
      `/auth/v2${WELL_KNOWN}`,
      WELL_KNOWN,
    ]) {
      const { status, body } = await client.get(path);
      expect([path, status, body?.issuer]).toEqual([path, 200, issuer]);
    }
    const { body: metadata } = await client.get(`${WELL_KNOWN}/auth/v2`);
    expect((await fetch(metadata.jwks_uri as string)).status).toBe(200);
    expect((await fetch(metadata.service_documentation as string)).status).toBe(200);
    const form = new URLSearchParams({
      grant_type: 'password',
      username: 'all@example.com',
      password: passwordOf('all'),
    });
    const issued = await fetch(metadata.token_endpoint as string, { method: 'POST', body: form });
    expect(issued.status).toBe(200);
    const { access_token: token } = (await issued.json()) as { access_token: string };
    for (const path of [RESOURCE, `/auth/v2${RESOURCE}`, `/Auth//v2/${RESOURCE}`])
      expect((await service.client(`Bearer ${token}`).get(`${path}?size=1`)).status).toBe(200);
  });

  it.each([`${WELL_KNOWN}/other`, `${WELL_KNOWN}/auth`, `/auth${WELL_KNOWN}`, '/auth/v2x/api/token', '/v2/api/token'])(
    'has nothing at %s',
    async (path) => {
      expect((await service.client().get(path)).status).toBe(404);
    },
  );

  it('serves batches, ids and refusals under its path', async () => {
    const admin = service.client(basicOf('admin'));
    const id = await create(admin);
    expect((await admin.get(`/auth/v2${RESOURCE}?id=[${id}]`)).body).toMatchObject([{ Id: id }]);
    expect((await admin.get(`/auth/v2${RESOURCE}/${id}`)).body.Id).toBe(id);
    expect((await admin.send('PATCH', `/auth/v2${RESOURCE}`)).headers.get('allow')).toBe('GET, HEAD, POST, PUT');
    expect((await admin.get('/auth/v2/nowhere')).status).toBe(404);
    expect((await admin.get('/auth/v2/%zz')).status).toBe(404);
    const whole = `GET http://x/auth/v2/health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;
    expect((await raw(service.url, whole)).status).toBe(200);
  });

  it('is named by the OpenAPI document; the page of Swagger UI contains only its path', async () => {
    const { body } = await service.client().get('/auth/v2/api/openapi.json');
    expect(body.servers).toEqual([{ url: `${service.url}/auth/v2` }]);
    expect(JSON.stringify(body.components.securitySchemes)).toContain(`"${service.url}/auth/v2/api/token"`);
    const { text } = await service.client().get('/auth/v2/docs/swagger-ui-init.js');
    expect(text).toContain('"/auth/v2/api/token"');
    expect(text).not.toContain(`${service.url}/auth`);
  });
});

describe('an issuer path that routes also begin with', () => {
  it('is removed only if the rest is a route', async () => {
    const issuer = await restart('/api');
    const statusOf = async (path: string): Promise<number> => (await service.client().get(path)).status;
    for (const path of ['/api/token', '/api/api/token']) expect([path, await statusOf(path)]).toEqual([path, 405]);
    for (const path of ['/api/openapi.json', '/api/api/openapi.json', '/api/health/live', '/health/live', '/api/docs'])
      expect([path, await statusOf(path)]).toEqual([path, 200]);
    expect((await service.client().get(`${WELL_KNOWN}/api`)).body.token_endpoint).toBe(`${issuer}/api/token`);
  });
});
