import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { runCli } from '../support/cli.js';
import { basic, basicOf, create, passwordOf, RESOURCE } from '../support/client.js';
import { deleteData, newData, settingsOf } from '../support/data.js';
import { USERS } from '../support/fixtures.mjs';
import { raw } from '../support/raw.js';
import { runMain } from '../support/run-main.js';
import { runSql } from '../support/run-sql.js';
import { scrape, type Scrape } from '../support/scrape.js';
import { freePort, Service } from '../support/service.js';
import { askLogin, askRefresh, login, refresh, seconds, sessionOf, type Tokens } from '../support/sessions.js';

const DURATIONS = 'tessera_http_request_duration_seconds';

let service: Service;
let port: number;
beforeAll(async () => {
  port = await freePort();
  service = await Service.start({ METRICS_PORT: String(port) });
});
afterAll(() => service.dispose());

const url = (): string => `http://127.0.0.1:${port}`;

/** Reads the metrics until they are as expected: the service counts a request only after its connection has finished it. */
async function until(isSo: (metrics: Scrape) => boolean): Promise<Scrape> {
  for (let i = 0; i < 200; i++) {
    const metrics = await scrape(port);
    if (isSo(metrics)) return metrics;
    await seconds(0.02);
  }
  throw new Error(`It never came:\n${(await scrape(port)).text}`);
}

const requests = (method: string, route: string, status: number): string =>
  `${DURATIONS}_count{method="${method}",route="${route}",status="${status}"}`;

describe('the metrics', () => {
  it('are in the text format of Prometheus, on their own port and nowhere else', async () => {
    const got = await fetch(`${url()}/metrics?x=1`);
    expect([got.status, got.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const head = await fetch(`${url()}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text(), Number(head.headers.get('content-length')) > 1000]).toEqual([
      200,
      '',
      true,
    ]);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const refused = await fetch(`${url()}/metrics`, { method });
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
    for (const path of ['/', '/metrics/', '/Metrics', '/health/live', RESOURCE]) {
      expect((await fetch(url() + path)).status).toBe(404);
    }
    expect((await service.client(basicOf('admin')).get('/metrics')).status).toBe(404);
  });

  it('report the process, its version and its pool', async () => {
    const metrics = await scrape(port);
    expect(metrics.value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(metrics.value('tessera_build_info{version="0.1.0"}')).toBe(1);
    const limit = metrics.value('tessera_database_pool_limit');
    const [idle = NaN, busy = NaN] = ['idle', 'busy'].map((state) =>
      metrics.value(`tessera_database_pool_connections{state="${state}"}`),
    );
    expect(idle + busy).toBeGreaterThanOrEqual(1);
    expect(idle + busy).toBeLessThanOrEqual(limit ?? 0);
    expect(metrics.value('tessera_database_pool_waiting')).toBe(0);
  });

  it('are the same for two clients that scrape at the same time', async () => {
    const kinds = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'];
    for (let n = 0; n < 3; n++) {
      for (const metrics of await Promise.all([scrape(port), scrape(port)])) {
        for (const kind of kinds) {
          const lag = metrics.value(`nodejs_eventloop_lag_${kind}_seconds`) ?? NaN;
          expect(lag).toBeGreaterThanOrEqual(0);
          expect(lag).toBeLessThan(3_600);
        }
      }
    }
  });

  it('measure requests by method, route and status, whatever the path', async () => {
    const admin = service.client(basicOf('admin'));
    const before = await scrape(port);
    const id = await create(admin);
    for (const path of [`${RESOURCE}/${id}`, `${RESOURCE.toUpperCase()}/${id}/?a=b`]) await admin.get(path);
    await admin.get(`${RESOURCE}/999999999`);
    await admin.send('PATCH', RESOURCE);
    for (const method of ['PROPFIND', 'MKCOL', 'QUERY'])
      await raw(service.url, `${method} ${RESOURCE} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    for (const path of ['/one', '/two/three', '/%zz', '/metrics']) await admin.get(path);
    await service.client().get(RESOURCE);
    const expected = {
      [requests('POST', RESOURCE, 200)]: 1,
      [requests('GET', `${RESOURCE}/:id`, 200)]: 2,
      [requests('GET', `${RESOURCE}/:id`, 404)]: 1,
      [requests('PATCH', RESOURCE, 405)]: 1,
      [requests('other', RESOURCE, 405)]: 3,
      [requests('GET', 'unknown', 404)]: 4,
      [requests('GET', RESOURCE, 401)]: 1,
    };
    const metrics = await until((now) => (now.value(requests('GET', RESOURCE, 401)) ?? 0) > 0);
    const counted = Object.keys(expected).map((key) => [key, (metrics.value(key) ?? 0) - (before.value(key) ?? 0)]);
    expect(Object.fromEntries(counted)).toEqual(expected);
    const sum = metrics.value(`${DURATIONS}_sum{method="GET",route="unknown",status="404"}`) ?? NaN;
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(30);
  });

  it('count the requests in progress, and requests whose client disconnected', async () => {
    const open = connect(Number(new URL(service.url).port), '127.0.0.1');
    open.write(`POST ${RESOURCE} HTTP/1.1\r\nhost: x\r\nauthorization: ${basicOf('admin')}\r\ncontent-length: 9\r\n`);
    open.write('content-type: application/json\r\n\r\n');
    await until((metrics) => metrics.value('tessera_http_requests_in_progress') === 1);
    open.destroy();
    const after = await until((metrics) => metrics.value('tessera_http_requests_in_progress') === 0);
    expect(after.value(requests('POST', RESOURCE, 499))).toBe(1);
  });

  it('count redemptions and sign-ins by their outcome', async () => {
    const redemptions = (labels: string): string => `tessera_redemptions_total{outcome=${labels}}`;
    const signIns = (labels: string): string => `tessera_sign_ins_total{outcome=${labels}}`;
    const refused = (reason: string): string => `"refused",reason="${reason}"`;
    const before = await scrape(port);
    // A rate cannot see the first event of a series that appears with that event.
    expect(before.value(redemptions(refused('replayed')))).toBe(0);
    const first = await login(service, 'all', 'counted');
    const second = await refresh(service, first, 'counted');
    await refresh(service, first, 'counted');
    const third = await refresh(service, second, 'counted');
    await askRefresh(service, third.refresh, 'another');
    await askRefresh(service, 'tsr_garbage', 'counted');
    await seconds(0.3);
    await askRefresh(service, first.refresh, 'counted');
    await askRefresh(service, third.refresh, 'counted');
    const wrong = { grant_type: 'password', username: 'edit@example.com', password: 'wrong' };
    for (let i = 0; i < 7; i++) await service.client().form('POST', '/api/token', wrong);
    await service.client(basic('nobody@example.com', 'wrong')).get(RESOURCE);
    const after = await scrape(port);
    const expected = {
      [redemptions('"redeemed"')]: 2,
      [redemptions('"retried"')]: 1,
      [redemptions(refused('other-client'))]: 1,
      [redemptions(refused('not-issued-here'))]: 1,
      [redemptions(refused('replayed'))]: 1,
      [redemptions(refused('session-ended'))]: 1,
      [redemptions(refused('other'))]: 0,
      [redemptions('"failed"')]: 0,
      [signIns('"ok"')]: 1,
      [signIns(refused('wrong-password'))]: 6,
      [signIns(refused('unknown-user'))]: 1,
      [signIns(refused('other'))]: 0,
      [signIns('"throttled"')]: 1,
      [signIns('"busy"')]: 0,
      [signIns('"failed"')]: 0,
    };
    const counted = Object.keys(expected).map((key) => [key, (after.value(key) ?? NaN) - (before.value(key) ?? NaN)]);
    expect(Object.fromEntries(counted)).toEqual(expected);
  });

  it('report the numbers of sessions and rows as soon as PostgreSQL knows them, and omit them before', async () => {
    // As before the first ANALYZE of the table. The job that would run ANALYZE on the embedded database is not due.
    await service.end();
    await runSql(
      service.dataDir,
      `UPDATE pg_class SET reltuples = -1 WHERE relname LIKE 'refresh_tokens%';
        INSERT INTO jobs (name, due_on) VALUES ('embedded-maintenance', now() + interval '1 hour')
          ON CONFLICT (name) DO UPDATE SET due_on = excluded.due_on`,
    );
    await service.resume();
    expect((await scrape(port)).text).not.toMatch(/^tessera_(live_sessions|table_rows\{table="refresh_tokens"\}) /m);
    for (const name of ['all', 'list', 'read']) await login(service, name, 'estimated');
    const { body } = await service.client(basicOf('admin')).get(`${RESOURCE}?size=1`);
    const records = body.TotalItems as number;
    await service.end();
    const [counted] = await runSql(service.dataDir, 'SELECT count(*)::text AS n FROM refresh_tokens WHERE issued');
    await runSql(service.dataDir, 'ANALYZE');
    await service.resume();
    const metrics = await scrape(port);
    expect(metrics.value('tessera_live_sessions')).toBe(Number(counted?.['n']));
    expect(metrics.value('tessera_table_rows{table="refresh_tokens"}')).toBe(records);
    expect(metrics.value('tessera_table_rows{table="users"}')).toBe(USERS.length);
    expect(records).toBeGreaterThan(Number(counted?.['n']));
  });

  it('contain nothing about users, tokens or records', async () => {
    const tokens: Tokens = await login(service, 'all', 'CLIENT-QUUXA');
    await askLogin(service, 'none', 'CLIENT-QUUXB');
    const id = await create(service.client(`Bearer ${tokens.access}`), { Subject: 'SUBJECT-QUUXD' });
    for (const path of [
      `${RESOURCE}/${tokens.refresh}`,
      `/${tokens.access}`,
      `/x?y=${tokens.access}`,
      '/a@example.com',
    ])
      await service.client(basicOf('admin')).get(path);
    await service.client(basic('GUESS@example.com', 'GUESS-QUUXE')).get(`${RESOURCE}/${id}`);
    await askRefresh(service, tokens.refresh, 'CLIENT-QUUXC');
    await raw(service.url, `GARBAGE-QUUXF ${RESOURCE} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    const { text, labels } = await until((now) => now.value(requests('GET', `${RESOURCE}/:id`, 401)) === 1);
    const secrets = [tokens.refresh, tokens.access, ...tokens.access.split('.').slice(1), sessionOf(tokens)];
    const said = [
      '@',
      'QUUX',
      'GUESS',
      ...USERS.flatMap(({ email }) => [email, passwordOf(email.split('@')[0] ?? '')]),
    ];
    expect([...secrets, ...said].filter((secret) => text.includes(secret))).toEqual([]);
    expect(labels.filter((label) => !/^[\w./:*-]{1,64}$/.test(label))).toEqual([]);
    expect(labels.length).toBeGreaterThan(50);
  });

  it('stop with the service, even while idle connections to them are open', async () => {
    const idle: Socket = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    expect(await service.end()).toBe(0);
    await expect(scrape(port)).rejects.toThrow('fetch failed');
    await service.resume();
  });
});

describe('a metrics port that another program uses', () => {
  it('ends the start of a service with 1 and a message, and does not affect a command', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = String((other.address() as AddressInfo).port);
    const dataDir = await newData();
    const { code, output } = await runMain({
      ...settingsOf(dataDir),
      PORT: String(await freePort()),
      METRICS_PORT: taken,
    });
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(
        /^Bad settings:\n {2}METRICS_HOST, METRICS_PORT: expected an address and a port to listen on, but: listen EADDRINUSE: [^\n]*\n$/,
      ),
    ]);
    expect((await runCli(dataDir, ['roles', 'list'], '', { METRICS_PORT: taken })).code).toBe(0);
    other.close();
    await deleteData(dataDir);
  });
});
