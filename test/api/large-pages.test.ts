import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { basicOf, idsOf, RESOURCE, type Client } from '../support/client.js';
import { addLargeRecords, COUNT, drain, LARGE_EVENTS, open, TICKET } from '../support/large-records.js';
import { riseOfMemory } from '../support/memory.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, seconds, times } from '../support/sessions.js';

const ALL = `${RESOURCE}?size=10000`;
const TRAIL = '/api/sys/audittrailentries?AuditTrailEntry_Actor=seed&size=10000';
const MOST_MIB = 150;
const BUSY = 'Another large search of yours is still running. Wait 1 second.';

let service: Service;
let admin: Client;
/** An answer whose client reads nothing. */
let stalled: IncomingMessage;

beforeAll(async () => {
  service = await Service.startAlone();
  await addLargeRecords(service);
  admin = service.client(basicOf('admin'));
  await admin.get(`${RESOURCE}?size=1`);
  stalled = await open(service, ALL, 'list');
}, 600_000);
afterAll(() => disposeWithoutLeaks(service));

describe(`a page of ${COUNT} records with the largest ticket`, () => {
  it('raises the resident memory by less than 150 MB', async () => {
    let bytes = 0;
    const rise = await riseOfMemory(service.pid, async () => {
      bytes = await drain(await open(service, ALL));
    });
    expect(bytes).toBeGreaterThan(COUNT * TICKET);
    if (process.env['LARGE_RECORDS']) console.log(`rose by ${rise} MiB for ${bytes} bytes`);
    expect(rise).toBeLessThan(MOST_MIB);
  });

  it('needs no more memory when its client reads slowly', async () => {
    const rise = await riseOfMemory(service.pid, async () => {
      expect(await drain(await open(service, ALL), 1)).toBeGreaterThan(COUNT * TICKET);
    });
    expect(rise).toBeLessThan(MOST_MIB);
  });

  it('needs no more memory when it is sent six times concurrently', async () => {
    const statuses = new Set<number | undefined>();
    const rise = await riseOfMemory(service.pid, () =>
      times(6, async () => {
        const answer = await open(service, ALL);
        statuses.add(answer.statusCode);
        await drain(answer);
      }),
    );
    expect(statuses).toContain(200);
    expect([...statuses].filter((status) => status !== 200 && status !== 429)).toEqual([]);
    expect(rise).toBeLessThan(MOST_MIB);
    expect((await admin.get('/health/ready')).status).toBe(200);
  });

  it('is one event, with the ids of all records', async () => {
    const all = { Kind: 'record-read', Actor: 'admin@example.com' };
    const before = (await events(service, all)).length;
    await drain(await open(service, ALL));
    const after = await events(service, all);
    expect(after).toHaveLength(before + 1);
    const ids = Array.from({ length: COUNT }, (_, index) => index + 1);
    const common = { Reason: 'search', Subject: 'large@example.com', ClientId: 'web', SessionId: null };
    expect(after.at(-1)).toMatchObject({ ...common, RecordIds: ids });
  });
});

describe('a page that is streamed', () => {
  it('has the same bytes as a page that is not streamed', async () => {
    const size = 40;
    const { text, headers, body } = await admin.get(`${RESOURCE}?size=${size}&page=2&orderBy=ExpiresOn&dir=1`);
    const ids = Array.from({ length: size }, (_, index) => COUNT - size - index);
    const records = await Promise.all(ids.map(async (id) => (await admin.get(`${RESOURCE}/${id}`)).text));
    const pages = Math.ceil(COUNT / size);
    expect(text).toBe(
      `{"Records":[${records.join(',')}],"CurrentPage":2,"CurrentPageSize":40,"CurrentOrderField":"ExpiresOn",` +
        `"CurrentSortDirection":1,"FirstItem":41,"LastItem":80,"TotalItems":${COUNT},"TotalPages":${pages},` +
        `"HasNextPage":true,"HasPreviousPage":true,"PageNumber":2,"PageSize":40}`,
    );
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect([headers.get('cache-control'), headers.get('x-request-id')]).toEqual(['no-store', expect.any(String)]);
    expect(body.Records).toHaveLength(size);
  });

  it('may be a batch, in the requested order, which is one event too', async () => {
    const ids = [30, 7, 99_999, ...Array.from({ length: 25 }, (_, index) => 100 - index)];
    const answer = await admin.get(`${RESOURCE}?id=[${ids.join(',')}]`);
    const found = ids.filter((id) => id !== 99_999);
    expect(idsOf(answer)).toEqual(found);
    expect(answer.text).toBe(JSON.stringify(answer.body));
    const [event] = (await events(service, { Kind: 'record-read', Reason: 'batch' })).slice(-1);
    expect(event).toMatchObject({ RecordIds: found.toSorted((a, b) => a - b) });
  });

  it('may be a page of the audit trail', async () => {
    const { body } = await admin.get(TRAIL);
    expect(body).toMatchObject({ TotalItems: LARGE_EVENTS, FirstItem: 1, LastItem: LARGE_EVENTS, HasNextPage: false });
    const sizes = (body.Records as { RecordIds: number[] }[]).map(({ RecordIds }) => RecordIds.length);
    expect(sizes).toEqual(Array<number>(LARGE_EVENTS).fill(10_000));
  });

  it('is not read for a HEAD request', async () => {
    const { status, text } = await admin.send('HEAD', ALL);
    expect([status, text]).toEqual([200, '']);
    expect((await admin.get(`${RESOURCE}?size=40`)).status).toBe(200);
  });
});

describe('one user', () => {
  it('gets one large page at a time, and small pages beside it', async () => {
    const first = await open(service, ALL);
    const [second, small, batch, trail, another] = await Promise.all([
      admin.get(`${RESOURCE}?size=40`),
      admin.get(`${RESOURCE}?size=2`),
      admin.get(`${RESOURCE}?id=[${Array.from({ length: 40 }, (_, index) => index + 1).join(',')}]`),
      admin.get(TRAIL),
      service.client(basicOf('all')).get(`${RESOURCE}?size=40`),
    ]);
    for (const { status, headers, body } of [second, batch, trail])
      expect([status, headers.get('retry-after'), body.Message]).toEqual([429, '1', BUSY]);
    expect([small.status, another.status]).toEqual([200, 200]);
    first.destroy();
    expect((await admin.get(`${RESOURCE}?size=40`)).status).toBe(200);
  });

  it('may wait a short time until the previous page ends', async () => {
    const answers = await times(3, () => admin.get(`${RESOURCE}?size=40`));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

it('a client that reads nothing of its page is disconnected', async () => {
  for (let n = 0; n < 45 && !service.log.includes('answer broken off'); n++) await seconds(1);
  stalled.resume();
  await expect(Promise.race([once(stalled, 'end'), once(stalled, 'error')])).rejects.toThrow('aborted');
  const line = service.log.split('\n').find((text) => text.includes('answer broken off'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 40, failure: { code: 'client_too_slow' } });
}, 60_000);
