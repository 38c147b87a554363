import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, createGunzip, gunzipSync } from 'node:zlib';
import { basicOf, create, passwordOf, RESOURCE } from '../support/client.js';
import { addLargeRecords, COUNT, drain, TICKET } from '../support/large-records.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, times } from '../support/sessions.js';

const ALL = `${RESOURCE}?size=10000`;
const MANY = 2_000;

let service: Service;
let small: number;
let long: number;
beforeAll(async () => {
  service = await Service.start();
  const admin = service.client(basicOf('admin'));
  small = await create(admin);
  long = await create(admin, { SystemId: 'x'.repeat(1_000) });
});
afterAll(() => disposeWithoutLeaks(service));

/** Sends a request, and returns the answer without decoding its body. */
async function fetched(
  path: string,
  headers: Record<string, string>,
  { method = 'GET', body = '' } = {},
): Promise<{ status: number | undefined; headers: IncomingMessage['headers']; bytes: Buffer }> {
  const answer = await opened(path, headers, { method, body });
  const parts: Buffer[] = [];
  for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
  return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(parts) };
}

async function opened(
  path: string,
  headers: Record<string, string>,
  { method = 'GET', body = '' } = {},
): Promise<IncomingMessage> {
  const all = { authorization: basicOf('admin'), ...headers };
  const sent = request(service.url + path, { method, headers: all, agent: false }).end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

describe('an answer of 1 KiB or more', () => {
  it.each([
    ['gzip', 'gzip', gunzipSync],
    ['gzip, deflate, br', 'gzip', gunzipSync],
    ['br', 'br', brotliDecompressSync],
    ['gzip;q=0.5, br', 'br', brotliDecompressSync],
    ['*', 'gzip', gunzipSync],
  ])('is compressed for a client that accepts %s, and is otherwise the same', async (accepted, coding, decompress) => {
    for (const path of [`${RESOURCE}/${long}`, ALL, `${RESOURCE}?id=[${long}]`, '/api/openapi.json', '/docs']) {
      const plain = await fetched(path, {});
      const packed = await fetched(path, { 'accept-encoding': accepted });
      expect([path, packed.status, packed.headers['content-encoding']]).toEqual([path, 200, coding]);
      expect(packed.bytes.length).toBeLessThan(plain.bytes.length);
      expect(decompress(packed.bytes).equals(plain.bytes)).toBe(true);
      expect(packed.headers.vary).toMatch(/accept-encoding/i);
      expect(packed.headers['content-type']).toBe(plain.headers['content-type']);
    }
  });

  it.each([{}, { 'accept-encoding': 'identity' }, { 'accept-encoding': 'gzip;q=0' }, { 'accept-encoding': 'zstd' }])(
    'is sent uncompressed to a client that accepts no coding of the service: %j',
    async (headers) => {
      const { status, headers: sent, bytes } = await fetched(`${RESOURCE}/${long}`, headers);
      expect([status, sent['content-encoding'], Number(sent['content-length'])]).toEqual([
        200,
        undefined,
        bytes.length,
      ]);
    },
  );

  it('has no length for HEAD, which is not compressed', async () => {
    const packed = await fetched(`${RESOURCE}/${long}`, { 'accept-encoding': 'gzip' }, { method: 'HEAD' });
    expect([packed.bytes.length, packed.headers['content-length']]).toEqual([0, undefined]);
    const plain = await fetched(`${RESOURCE}/${long}`, {}, { method: 'HEAD' });
    const { bytes } = await fetched(`${RESOURCE}/${long}`, {});
    expect(plain.headers['content-length']).toBe(String(bytes.length));
  });
});

describe('the service never compresses', () => {
  it('a small answer', async () => {
    const { headers } = await fetched(`${RESOURCE}/${small}`, { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBeUndefined();
  });

  it('an answer of an OAuth endpoint, which contains a token beside text that the client chose', async () => {
    const headers = { 'accept-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' };
    // A client name of the greatest length appears in the access token and in the answer of introspection.
    const name = '\u20ac'.repeat(500);
    const form = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all'), client_id: name };
    const body = new URLSearchParams(form).toString();
    // HTTP Basic would name a client too, and a different client than the form.
    const issued = await fetched('/api/token', { ...headers, authorization: 'Bearer none' }, { method: 'POST', body });
    expect([issued.status, issued.headers['content-encoding']]).toEqual([200, undefined]);
    expect(issued.bytes.length).toBeGreaterThan(1_024);
    const { access_token: token } = JSON.parse(issued.bytes.toString()) as { access_token: string };
    const asked = { method: 'POST', body: new URLSearchParams({ token }).toString() };
    const introspected = await fetched('/api/token/introspect', headers, asked);
    expect([introspected.status, introspected.headers['content-encoding']]).toEqual([200, undefined]);
    expect(introspected.bytes.length).toBeGreaterThan(1_024);
  });
});

describe('a page of many records', () => {
  it('shrinks to an eighth or less', async () => {
    await service.freeData();
    await runSql(
      service.dataDir,
      `INSERT INTO refresh_tokens (unique_id, subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, updated_by)
        SELECT gen_random_uuid(), 'many' || n % 100 || '@example.com', 'web', '2099-01-01T00:00:00Z', 'sealed-ticket', 'aGFzaA==', 'c2FsdA==',
          'admin@example.com' FROM generate_series(1, ${MANY}) n`,
    );
    await service.resume();
    const plain = await fetched(ALL, {});
    const packed = await fetched(ALL, { 'accept-encoding': 'gzip' });
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
    expect(plain.bytes.length / packed.bytes.length).toBeGreaterThan(8);
  });

  it('is compressed as it is streamed, also for several clients at the same time', async () => {
    await addLargeRecords(service);
    const sizes = await times(2, async (n) => {
      const user = n === 0 ? 'admin' : 'all';
      const answer = await opened(ALL, { 'accept-encoding': 'gzip', authorization: basicOf(user) });
      expect(answer.headers['content-encoding']).toBe('gzip');
      return drain(answer.pipe(createGunzip()) as unknown as IncomingMessage);
    });
    for (const size of sizes) expect(size).toBeGreaterThan(COUNT * TICKET);
  }, 600_000);

  it('releases its turn when the client disconnects', async () => {
    const answer = await opened(ALL, { 'accept-encoding': 'gzip' });
    await once(answer, 'readable');
    answer.destroy();
    const next = await opened(`${RESOURCE}?size=100&orderBy=Id&dir=1`, { 'accept-encoding': 'gzip' });
    expect(next.statusCode).toBe(200);
    await drain(next);
  }, 600_000);
});
