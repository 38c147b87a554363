import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { Balancer } from '../support/balancer.js';
import { basicOf, passwordOf, RESOURCE, validRecord, type Client } from '../support/client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { databaseUrl, newData } from '../support/data.js';
import { freePort, Service } from '../support/service.js';
import {
  askRefresh,
  disposeWithoutLeaks,
  events,
  isAlive,
  login,
  refresh,
  REFUSED,
  seconds,
  the,
  tokensOf,
  type Tokens,
} from '../support/sessions.js';

const CLIENTS = 6;
/** The connection was closed without an answer. */
const CLOSED = 0;
/** An address of this machine that is neither the balancer's nor trusted. */
const ELSEWHERE = '127.0.0.9';
/** Seconds in which the balancer notices a change: two health checks, two seconds apart, and the time that they take. */
const NOTICED_S = 7;

let balancer: Balancer;
let replicas: [Service, Service];
let metricsUrl: string;
let proxy: DatabaseProxy;
/** The first replica as clients reach it: through the balancer, which may choose the other replica. */
let service: Service;
let admin: Client;

const suite = Balancer.isInstalled || process.env['CI'] ? describe : describe.skip;
if (!Balancer.isInstalled) console.warn('HAProxy is not installed: the tests of the balancer are skipped.');

suite('two replicas behind the balancer', () => {
  beforeAll(async () => {
    const dataDir = await newData();
    proxy = await DatabaseProxy.start(the(databaseUrl(dataDir)));
    const metricsPort = await freePort();
    metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
    const settings = {
      DATABASE_URL: proxy.url,
      PUBLIC_URL: 'https://tessera.example.com',
      TRUSTED_PROXIES: '127.0.0.1',
      // The settings of the Compose file.
      SHUTDOWN_DELAY: '5',
    };
    const first = await Service.startOn(dataDir, { ...settings, METRICS_PORT: String(metricsPort) });
    replicas = [first, await Service.startOn(dataDir, settings)];
    // These tests send more requests from one address than clients do.
    const limits = { REQUESTS_IN_10_SECONDS: '1000000' };
    balancer = await Balancer.start([replicas[0].url, replicas[1].url], limits);
    service = Object.create(first, { url: { value: balancer.url } }) as Service;
    admin = service.client(basicOf('admin'));
  });
  afterAll(async () => {
    await balancer.stop();
    await Promise.all(replicas.map((replica) => replica.end()));
    await disposeWithoutLeaks(replicas[0]);
    await proxy.cut();
  });

  it('are one service: the client_id header arrives, and a session continues at either replica', async () => {
    const [first, second] = replicas;
    let tokens = await login(service, 'all', 'behind');
    for (const replica of [first, second, service]) tokens = await refresh(replica, tokens, 'behind');
    expect(await isAlive(service, tokens)).toBe(true);
    const { status, body } = await askRefresh(service, tokens.refresh, 'another');
    expect([status, body]).toEqual([400, REFUSED]);
    for (let n = 0; n < 10; n++) tokens = await refresh(service, tokens, 'behind');
  });

  it('see the client’s real address, whatever the client claims, and keep its request id', async () => {
    const body = new URLSearchParams({
      grant_type: 'password',
      username: 'list@example.com',
      password: passwordOf('list'),
    }).toString();
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-forwarded-for': '192.0.2.66',
      'x-request-id': 'one-of-ours',
    };
    const asked = request(`${service.url}/api/token`, { method: 'POST', headers, localAddress: ELSEWHERE });
    const [answer] = (await once(asked.end(body), 'response')) as [IncomingMessage];
    answer.resume();
    expect([answer.statusCode, answer.headers['x-request-id']]).toEqual([200, 'one-of-ours']);
    expect(await events(service, { RequestId: 'one-of-ours' })).toMatchObject([{ Kind: 'login', Address: ELSEWHERE }]);
  });

  it('accept bodies of up to 256 KiB, and do not show their metrics', async () => {
    const ticket = (length: number) => validRecord({ ProtectedTicket: 't'.repeat(length) });
    expect((await admin.post(RESOURCE, ticket(250 * 1024))).status).not.toBe(413);
    for (let n = 0; n < 50; n++) {
      const tooLarge = await Promise.all([1, 2, 3, 4].map(() => admin.post(RESOURCE, ticket(260 * 1024))));
      expect(tooLarge.map(({ status }) => status)).toEqual([413, 413, 413, 413]);
    }
    expect((await fetch(metricsUrl)).status).toBe(200);
    expect((await service.client().get('/metrics')).status).toBe(404);
  });

  it('a replica that will stop says so first, and still serves requests', async () => {
    const [first, second] = replicas;
    const ended = second.end();
    const probe = () => second.client().get('/health/ready');
    while ((await probe()).status === 200) await seconds(0.1);
    const { body, headers } = await probe();
    expect([body.Message, headers.get('retry-after'), headers.get('connection')]).toEqual([
      'The process is stopping.',
      '5',
      'close',
    ]);
    expect((await second.client().get('/health/live')).status).toBe(200);
    const tokens = await refresh(second, await login(second, 'all', 'late'), 'late');
    expect(await ended).toBe(0);
    await refresh(first, tokens, 'late');
    await second.resume();
    await seconds(NOTICED_S);
  });

  it.each([
    [0, 'SIGKILL', ['refresh', 'read']],
    [1, 'SIGTERM', ['refresh', 'read', 'create']],
  ] as const)('replica %i ends by %s under traffic, and no %p fails', async (index, signal, unharmed) => {
    const over = new AbortController();
    const clients = Array.from({ length: CLIENTS }, (_, n) => `client-${n}`);
    const tokens = await Promise.all(clients.map((client) => login(service, 'all', client)));
    const going = clients.map((client, n) => useUntil(over.signal, client, the(tokens[n])));
    await seconds(1);
    await replicas[index].end(signal);
    await seconds(2);
    await replicas[index].resume();
    await seconds(3);
    over.abort();
    const all = (await Promise.all(going)).flat();
    expect(all.length).toBeGreaterThan(CLIENTS * 10);
    const failures = all.filter(({ status }) => status !== 200);
    expect(failures.filter(({ what }) => (unharmed as readonly string[]).includes(what))).toEqual([]);
    // Other requests may fail: nobody knows whether they were carried out, so the balancer does not repeat them.
    expect(failures.filter(({ status }) => status !== 502 && status !== CLOSED)).toEqual([]);
  });

  it('report that their database is away, in the form of each route', async () => {
    const tokens = await login(service, 'all');
    await proxy.cut();
    await seconds(NOTICED_S);
    const [token, record] = [await askRefresh(service, tokens.refresh), await admin.get(`${RESOURCE}/1`)];
    expect([token.status, token.body.error, token.headers.get('retry-after')]).toEqual([
      503,
      'temporarily_unavailable',
      '5',
    ]);
    expect([record.status, record.body.Status, record.headers.get('retry-after')]).toEqual([503, 503, '5']);
    await proxy.restore();
    await refresh(service, tokens);
  });

  it('get an answer from the balancer when neither replica runs; its log contains nothing from requests', async () => {
    const tokens = await login(service, 'all');
    await Promise.all(replicas.map((replica) => replica.end()));
    const { status, body, headers } = await admin.get(`${RESOURCE}?RefreshToken_Subject=ada`);
    const message = 'No replica of the service answers.';
    expect([status, body, headers.get('retry-after')]).toEqual([
      503,
      { Status: 503, Message: message, Value: null, Errors: null, WasSuccessful: false },
      '5',
    ]);
    for (const replica of replicas) await replica.resume();
    await refresh(service, tokens);
    expect(balancer.log).toMatch(/is DOWN/);
    expect(balancer.log).not.toMatch(/api|Subject|client_id|tsr_/);
  });
});

interface Done {
  readonly what: 'refresh' | 'read' | 'create';
  readonly status: number;
}

/** Refreshes, reads and creates until the signal. Returns the status of each request. */
async function useUntil(over: AbortSignal, client: string, { refresh: first }: Tokens): Promise<Done[]> {
  const done: Done[] = [];
  let token = first;
  while (!over.aborted) {
    const answer = await askRefresh(service, token, client);
    if (answer.status === 200) token = tokensOf(answer).refresh;
    done.push({ what: 'refresh', status: answer.status });
    done.push({ what: 'read', status: (await admin.get(`${RESOURCE}?size=1`)).status });
    const created = await admin.post(RESOURCE, validRecord()).catch(() => ({ status: CLOSED }));
    done.push({ what: 'create', status: created.status });
  }
  return done;
}
