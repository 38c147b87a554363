import { basicOf, passwordOf, RESOURCE, type Answer } from '../support/client.js';
import { scrape } from '../support/scrape.js';
import { freePort, Service } from '../support/service.js';
import { seconds } from '../support/sessions.js';

const APP = 'https://app.example.com';
const PHONE = 'capacitor://localhost';
const METADATA = '/.well-known/oauth-authorization-server';
const KEYS = '/.well-known/jwks.json';

let service: Service;
let metricsPort: number;
beforeAll(async () => {
  metricsPort = await freePort();
  service = await Service.start({ ALLOWED_ORIGINS: `${APP}, ${PHONE}`, METRICS_PORT: String(metricsPort) });
});
afterAll(() => service.dispose());

const preflight = (path: string, origin: string, method = 'POST'): Promise<Answer> =>
  service.client().send('OPTIONS', path, {
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'client_id' },
  });
const listOf = (value: string | null): string[] => (value ?? '').toLowerCase().split(/, */);

describe('a preflight', () => {
  it.each([
    ['/api/token', APP, 'POST'],
    ['/api/token', PHONE, 'POST'],
    ['/api/token/revoke', APP, 'POST'],
    [RESOURCE, APP, 'PUT'],
    [`${RESOURCE}/1`, APP, 'DELETE'],
    ['/nowhere', APP, 'GET'],
  ])('to %s from %s is allowed, without a body and without credentials', async (path, origin, method) => {
    const { status, headers, text } = await preflight(path, origin, method);
    expect([status, text]).toEqual([204, '']);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(listOf(headers.get('access-control-allow-methods'))).toContain(method.toLowerCase());
    expect(listOf(headers.get('access-control-allow-headers'))).toEqual(
      expect.arrayContaining(['client_id', 'authorization', 'content-type', 'dpop', 'if-match']),
    );
    expect(listOf(headers.get('vary'))).toContain('origin');
    expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(0);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('x-request-id')).not.toBeNull();
  });

  it.each(['https://evil.example', 'http://app.example.com', `${APP}:8443`, `${APP}.evil.example`, 'null'])(
    'from %s, which is not listed, allows nothing',
    async (origin) => {
      const { headers } = await preflight('/api/token', origin);
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(listOf(headers.get('vary'))).toContain('origin');
    },
  );

  it.each([METADATA, KEYS])('to %s is allowed for every origin', async (path) => {
    const { status, headers } = await preflight(path, 'https://evil.example', 'GET');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, '*']);
  });

  it('is counted as a preflight in the metrics, not as a 405', async () => {
    await preflight('/api/token', APP);
    await preflight('/nowhere', APP);
    const series = (route: string, status: number): string =>
      `tessera_http_request_duration_seconds_count{method="OPTIONS",route="${route}",status="${status}"}`;
    let metrics = await scrape(metricsPort);
    for (let i = 0; i < 500 && metrics.value(series('unknown', 204)) === undefined; i++) {
      await seconds(0.02);
      metrics = await scrape(metricsPort);
    }
    expect(metrics.value(series('unknown', 204))).toBeGreaterThan(0);
    expect(metrics.value(series('/api/token', 204))).toBeGreaterThan(0);
    expect(metrics.value(series('/api/token', 405))).toBeUndefined();
  });
});

describe('an answer', () => {
  it('to a listed origin can be read by its scripts, with the headers that they need, also when it is a failure', async () => {
    const form = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
    for (const answer of [
      await service.client().form('POST', '/api/token', form, { origin: APP }),
      await service.client().form('POST', '/api/token', { grant_type: 'x' }, { origin: APP }),
      await service.client(basicOf('admin')).send('GET', RESOURCE, { headers: { origin: APP } }),
      await service.client().send('GET', RESOURCE, { headers: { origin: APP } }),
      await service.client().send('GET', '/nowhere', { headers: { origin: APP } }),
      await service.client().send('PATCH', '/api/token', { headers: { origin: APP } }),
      await service
        .client()
        .send('POST', RESOURCE, { headers: { origin: APP, 'content-type': 'text/xml' }, body: '<a/>' }),
    ]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
      expect(listOf(answer.headers.get('access-control-expose-headers'))).toEqual(
        expect.arrayContaining(['x-request-id', 'x-total-items', 'retry-after', 'etag']),
      );
      expect(listOf(answer.headers.get('vary'))).toContain('origin');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it('to another origin, or to none, can be read by no script, and has the same Vary', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, {}] as Record<string, string>[]) {
      const answer = await service.client(basicOf('admin')).send('GET', RESOURCE, { headers });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(listOf(answer.headers.get('vary'))).toContain('origin');
    }
  });

  it.each([METADATA, KEYS])('of %s can be read by every script', async (path) => {
    const { status, headers } = await service
      .client()
      .send('GET', path, { headers: { origin: 'https://any.example' } });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });
});

it('a preflight of an empty origin is answered like one of an unknown origin', async () => {
  const headers = { origin: '', 'access-control-request-method': 'POST' };
  const { status, headers: sent } = await service.client().send('OPTIONS', '/api/token', { headers });
  expect([status, sent.get('access-control-allow-origin')]).toEqual([204, null]);
});

describe('OPTIONS that is not a preflight', () => {
  it.each([{}, { origin: APP }] as Record<string, string>[])(
    'is a method that the path does not offer: %j',
    async (headers) => {
      const { status, headers: sent, body } = await service.client().send('OPTIONS', '/api/token', { headers });
      expect([status, sent.get('allow'), body.Status ?? body.error]).toEqual([405, 'POST', 405]);
      expect((await service.client().send('OPTIONS', '/nowhere', { headers })).status).toBe(404);
    },
  );
});

describe('without ALLOWED_ORIGINS', () => {
  it('no origin is allowed, except for the metadata and the keys', async () => {
    await service.end();
    await service.resume({ ALLOWED_ORIGINS: '' });
    expect((await preflight('/api/token', APP)).headers.get('access-control-allow-origin')).toBeNull();
    const answer = await service.client(basicOf('admin')).send('GET', RESOURCE, { headers: { origin: APP } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    for (const path of [METADATA, KEYS])
      expect((await preflight(path, APP, 'GET')).headers.get('access-control-allow-origin')).toBe('*');
  });
});
