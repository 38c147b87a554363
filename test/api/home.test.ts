import { Service } from '../support/service.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.dispose());

const get = (accept: string, path = '/'): ReturnType<ReturnType<Service['client']>['send']> =>
  service.client().send('GET', path, { headers: { accept } });

describe('the root', () => {
  it.each([BROWSER, 'text/html', 'TEXT/HTML;q=0.5', 'application/json;q=0.4, text/html;q=0.9'])(
    'is a page for a browser: %s',
    async (accept) => {
      const { status, headers, text } = await get(accept);
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(headers.get('vary')).toMatch(/accept(?!-)/i);
      expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
      for (const path of ['/docs', '/api/openapi.json', '/.well-known/oauth-authorization-server'])
        expect(text).toContain(`href="${path}"`);
    },
  );

  it.each(['application/json', '*/*', '', 'text/plain', 'text/html;q=0', 'application/json, text/html;q=0.9'])(
    'is JSON for other clients: %j',
    async (accept) => {
      const { status, headers, body } = await get(accept);
      expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
      expect(body).toMatchObject({
        name: 'Tessera',
        issuer: service.url,
        documentation: `${service.url}/docs`,
        openapi: `${service.url}/api/openapi.json`,
      });
    },
  );

  it('has only links that work', async () => {
    const { text } = await get(BROWSER);
    const { body } = await get('application/json');
    const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, path = '']) => service.url + path);
    const members = Object.values(body as Record<string, string>).filter((value) => /^https?:/.test(value));
    expect(links.length).toBeGreaterThan(3);
    for (const url of [...links, ...members]) expect([url, (await fetch(url)).status]).toEqual([url, 200]);
  });

  it('is a page that runs no script, loads nothing and cannot be framed', async () => {
    const { headers, text } = await get(BROWSER);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]+=*'; base-uri 'none'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(text).not.toMatch(/<script|<link|<img|src=|https?:\/\/(?!127\.0\.0\.1)|style="/);
  });

  it('omits the documentation when it is turned off, and names paths behind a prefix', async () => {
    await service.end();
    await service.resume({ API_DOCS: 'off', PUBLIC_URL: `${service.url}/auth` });
    for (const path of ['/', '/auth', '/auth/', '//auth//']) {
      const { status, text } = await get(BROWSER, path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).toContain('href="/auth/.well-known/oauth-authorization-server"');
      expect(text).not.toMatch(/docs"|openapi/);
    }
    expect(Object.keys((await get('*/*')).body as object)).not.toContain('openapi');
    expect((await service.client().send('POST', '/')).headers.get('allow')).toBe('GET, HEAD');
  });
});
