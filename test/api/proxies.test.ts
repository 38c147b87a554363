import { Client, passwordOf, RESOURCE } from '../support/client.js';
import { Proxy, type ProxyKind } from '../support/proxy.js';
import { Service } from '../support/service.js';
import { seconds } from '../support/sessions.js';

const METADATA = '/.well-known/oauth-authorization-server';

describe.each([
  ['nginx', 'nginx, path passed on'],
  ['nginx', 'nginx, path taken off'],
  ['haproxy', 'HAProxy, path passed on'],
  ['haproxy', 'HAProxy, path taken off'],
] as const)('a service with a path, behind %s: %s', (kind: ProxyKind, heading) => {
  const test = Proxy.isInstalled(kind) || process.env['CI'] ? it : it.skip;
  let service: Service | undefined;
  let proxy: Proxy | undefined;
  afterEach(async () => {
    await proxy?.stop();
    await service?.dispose();
  });

  test('is found by its metadata, names addresses that work, and knows the addresses of its clients', async () => {
    const port = await Proxy.freePort();
    const issuer = `http://127.0.0.1:${port}/auth`;
    service = await Service.start({ PUBLIC_URL: issuer, TRUSTED_PROXIES: '127.0.0.1' });
    proxy = await Proxy.start(kind, heading, port, service.url);
    const client = new Client(proxy.url);
    for (const path of [`${METADATA}/auth`, `/auth${METADATA}`]) {
      const { status, body } = await client.get(path);
      expect([path, status, body?.issuer]).toEqual([path, 200, issuer]);
    }
    const { body: metadata } = await client.get(`${METADATA}/auth`);
    const form = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
    const headers = { client_id: 'proxied' };
    const path = new URL(metadata.token_endpoint as string).pathname;
    const issued = await client.form('POST', path, form, headers);
    expect(issued.status).toBe(200);
    const reader = new Client(proxy.url, `Bearer ${issued.body.access_token as string}`);
    const { body: found } = await reader.get(`/auth${RESOURCE}?RefreshToken_ClientId=proxied`);
    expect(found.TotalItems).toBe(1);
    for (const url of [
      metadata.jwks_uri,
      metadata.service_documentation,
      issuer,
      `${issuer}/`,
      `${issuer}/docs/swagger-ui.css`,
    ])
      expect([url, (await fetch(url as string)).status]).toEqual([url, 200]);
    const { body: api } = await client.get('/auth/api/openapi.json');
    expect(api.servers).toEqual([{ url: issuer }]);
    expect((await client.get('/api/token')).status).toBe(404);
    const elsewhere = { 'x-forwarded-for': '198.51.100.7' };
    await client.send('GET', '/auth/nowhere', { headers: { ...elsewhere, 'x-request-id': 'forwarded' } });
    for (let n = 0; n < 300 && !service.log.includes('"forwarded"'); n++) await seconds(0.02);
    expect(service.log).toMatch(/"requestId":"forwarded".*"address":"198\.51\.100\.7"/);
  });
});
