import { brotliDecompressSync } from 'node:zlib';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.dispose());

/** An answer as it is sent: fetch would decompress it. */
function get(path: string, encoding?: string): Promise<{ message: IncomingMessage; content: Buffer }> {
  const headers = encoding === undefined ? {} : { 'accept-encoding': encoding };
  return new Promise((resolve, reject) => {
    httpGet(service.url + path, { headers }, (message) => {
      const parts: Buffer[] = [];
      message.on('data', (part: Buffer) => parts.push(part));
      message.on('end', () => {
        resolve({ message, content: Buffer.concat(parts) });
      });
    }).on('error', reject);
  });
}

describe('the files of the console', () => {
  let names: string[];

  it('begin with a page that allows no inline script or style and no other host', async () => {
    const { message, content } = await get('/console/');
    expect(message.headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; " +
        "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(message.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' });
    names = [...content.toString().matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(2);
    expect(content.toString()).not.toMatch(/https?:|style=|<style|<script>/);
  });

  it('are compressed as the client accepts, and cached for good', async () => {
    const [script = ''] = names.filter((name) => name.endsWith('.js'));
    const plain = await get(`/console/${script}`);
    const gzip = await get(`/console/${script}`, 'gzip, deflate');
    const brotli = await get(`/console/${script}`, 'gzip, deflate, br');
    expect([plain, gzip, brotli].map(({ message }) => message.headers['content-encoding'])).toEqual([
      undefined,
      'gzip',
      'br',
    ]);
    expect(brotliDecompressSync(brotli.content).equals(plain.content)).toBe(true);
    expect((await get(`/console/${script}`, 'br;q=0, gzip;q=0')).content.equals(plain.content)).toBe(true);
    expect(brotli.message.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'Accept-Encoding',
    });
    expect(brotli.message.headers).not.toHaveProperty('pragma');
  });

  it('are found below a path with a slash at its end, to which the path without one leads', async () => {
    const { message } = await get('/console?a=1');
    expect([message.statusCode, message.headers.location]).toEqual([308, 'console/?a=1']);
    for (const name of ['missing.js', '..%2f..%2fmain.js', '%00', 'index.html', 'index.html.gz'])
      expect([name, (await get(`/console/assets/${name}`)).message.statusCode]).toEqual([name, 404]);
    expect((await service.client().send('POST', '/console/')).headers.get('allow')).toBe('GET, HEAD');
  });

  it.each([
    ['/account', 'console/#/account'],
    ['/account/', '../console/#/account'],
    ['/account?lang=fr', 'console/?lang=fr#/account'],
  ])('are where %s leads, to the own account', async (path, place) => {
    const { message } = await get(path);
    expect([message.statusCode, message.headers.location]).toEqual([302, place]);
    expect(new URL(place, `https://example.com/behind/a/prefix${path}`).pathname).toBe('/behind/a/prefix/console/');
    expect((await service.client().send('POST', '/account')).headers.get('allow')).toBe('GET, HEAD');
  });

  it.each([{ CONSOLE: 'off' }, { CONSOLE: 'on', API_DOCS: 'off' }])('are not served with %j', async (settings) => {
    await service.end();
    await service.resume({ API_DOCS: 'on', ...settings });
    for (const path of ['/console/', '/account']) expect((await get(path)).message.statusCode).toBe(404);
    expect((await service.client().get('/')).body).not.toHaveProperty('console');
  });
});
