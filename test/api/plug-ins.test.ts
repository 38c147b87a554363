import { decodeJwt } from 'jose';
import { basic, basicOf, RESOURCE, type Answer } from '../support/client.js';
import { scrape } from '../support/scrape.js';
import { freePort, type Service } from '../support/service.js';
import { ask, events, introspect, login, refresh, the, times, tokensOf } from '../support/sessions.js';
import { ShopService } from '../support/shop-service.js';

let shop: ShopService;
let service: Service;
let metricsPort: number;

beforeAll(async () => {
  metricsPort = await freePort();
  shop = await ShopService.start(metricsPort);
  ({ service } = shop);
});
afterAll(() => service.dispose());
afterEach(() => shop.set({}));

function signIn(username: string, password: string): Promise<Answer> {
  return ask(service, { grant_type: 'password', username, password }, 'till');
}

describe('claims of a module', () => {
  it('are in each access token, and in the answer of introspection', async () => {
    const tokens = await login(service, 'list', 'till-7');
    expect(decodeJwt(tokens.access)).toMatchObject({ sub: 'list@example.com', tenant: 'north', till: 'till-7' });
    const next = await refresh(service, tokens);
    expect(decodeJwt(next.access)).toMatchObject({ tenant: 'north', till: 'till-7' });
    expect((await introspect(service, next.access)).body).toMatchObject({ active: true, tenant: 'north' });
  });

  it.each<[string, { failing?: string[]; claims?: object }]>([
    ['fail', { failing: ['claims'] }],
    ['do not come in time', { failing: ['claims hangs'] }],
    ['are not declared', { claims: { other: 1 } }],
    ['are too large', { claims: { tenant: 'x'.repeat(2_048) } }],
  ])('that %s refuse the request, and the same refresh token works again', async (_what, state) => {
    const tokens = await login(service, 'read', 'claims');
    await shop.set(state);
    const { status, headers, body } = await ask(service, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh,
    });
    expect([status, headers.get('retry-after'), body]).toEqual([
      503,
      '5',
      {
        error: 'temporarily_unavailable',
        error_description: 'The claims of the access token are not available. Try again.',
      },
    ]);
    await shop.set({});
    await refresh(service, await refresh(service, tokens));
  });
});

describe('the directory of a team', () => {
  it('lets a user in whom the service does not have, and the service adds the user', async () => {
    expect((await signIn('Bob@shop.example', 'of the directory')).status).toBe(200);
    const [added] = await events(service, { Kind: 'user-added', Subject: 'bob@shop.example' });
    expect(added).toMatchObject({ Actor: 'service' });
    const asBob = service.client(basic('bob@shop.example', 'of the directory'));
    expect((await asBob.get('/shop/tills')).status).toBe(200);
    expect((await asBob.get(RESOURCE)).status).toBe(403);
    expect(tokensOf(await signIn('bob@shop.example', 'of the directory'))).toBeDefined();
  });

  it('decides for the users that it has, and the service for the others', async () => {
    expect((await signIn('all@example.com', 'password of all')).body).toMatchObject({ error: 'invalid_grant' });
    expect((await signIn('all@example.com', 'of the directory')).status).toBe(200);
    expect((await signIn('edit@example.com', 'password of Edit')).status).toBe(200);
    expect((await signIn('edit@example.com', 'of the directory')).body).toMatchObject({ error: 'invalid_grant' });
    expect((await signIn('nobody@shop.example', 'of the directory')).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('keeps the limits of guesses and the events of failures', async () => {
    const guesses = await times(12, (guess) => signIn('ada@shop.example', `guess ${guess}`));
    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([400, 429]));
    expect(await events(service, { Kind: 'login-failed', Reason: 'unknown-user' })).not.toHaveLength(0);
  });

  it.each([
    ['fails', { failing: ['directory'] }, 'bob@shop.example'],
    ['names a role that no route has', {}, 'eve@shop.example'],
  ])('that %s refuses the sign-in, which does not count as a guess', async (_what, state, user) => {
    await shop.set(state);
    for (let attempt = 0; attempt < 7; attempt++) {
      const { status, body } = await signIn(user, 'of the directory');
      expect([status, body]).toEqual([
        503,
        {
          error: 'temporarily_unavailable',
          error_description: 'The directory of users does not answer. Try again.',
        },
      ]);
    }
  });
});

describe('personal data of a module', () => {
  const erase = (Email: string): Promise<Answer> =>
    service.client(basicOf('admin')).post('/api/sys/users/erase', { Email });
  const buyers = async (): Promise<string[]> =>
    ((await service.client().get('/shop')).body as { buyers: string[] }).buyers;

  it('are in the export, and are erased with the person', async () => {
    const admin = service.client(basicOf('admin'));
    const { body } = await admin.get('/api/sys/users/export?User_Email=all@example.com');
    expect(body.Purchases).toEqual([{ buyer: 'all@example.com' }, { buyer: 'all@example.com' }]);
    const { Pseudonym, Changed } = (await erase('all@example.com')).body.Value;
    expect(Changed).toMatchObject({ Purchases: 2 });
    expect(await buyers()).toEqual([Pseudonym, Pseudonym, 'read@example.com']);
  });

  it('that cannot be erased fail the request, and everything else is erased', async () => {
    await shop.set({ failing: ['purchases'] });
    expect((await erase('read@example.com')).status).toBe(500);
    await shop.set({});
    expect(await buyers()).toContain('read@example.com');
    expect(await events(service, { Subject: 'read@example.com' })).toEqual([]);
  });
});

describe('a health check', () => {
  it.each([
    ['fails', 'health'],
    ['does not answer in time', 'health hangs'],
  ])('that %s takes the replica out of service', async (_what, failing) => {
    expect((await service.client().get('/health/ready')).status).toBe(200);
    await shop.set({ failing: [failing] });
    const { status, headers, body } = await service.client().get('/health/ready');
    expect([status, headers.get('retry-after'), (body as { Message: string }).Message]).toEqual([
      503,
      '5',
      'The health check failed: shop.',
    ]);
    expect((await service.client().get('/health/live')).status).toBe(200);
  });
});

describe('settings, a job and metrics of a module', () => {
  it('are read, run and shown', async () => {
    expect((await service.client().get('/shop')).body).toMatchObject({
      settings: { SHOP_URL: 'http://shop.test/', SHOP_TILLS: 7, hasKey: true },
    });
    expect((await service.client().post('/shop/count', {})).text).toBe('4');
    const metrics = await scrape(metricsPort);
    // The job may also have been due meanwhile.
    const counts = the(metrics.value('shop_counts_total{till="7"}'));
    expect(counts).toBeGreaterThan(0);
    expect(metrics.value('shop_count_seconds_sum')).toBe(2 * counts);
    expect(metrics.value('shop_tills')).toBe(3);
    expect(metrics.value('tessera_job_runs_total{job_name="shop-count",outcome="ok"}')).toBe(counts);
  });
});

describe('a kind of audit event of a module', () => {
  it('is written, searched, and listed in the OpenAPI document', async () => {
    await service.client().post('/shop/events', { kind: 'till-opened' });
    expect(await events(service, { Kind: 'till-opened', EntityShortName: 'Till', EntityId: '7' })).toMatchObject([
      { Actor: 'cashier', Reason: 'late', EntityShortName: 'Till', EntityId: 7, AuditType: null },
    ]);
    const { body } = await service.client().get('/api/openapi.json');
    const { schemas } = (
      body as { components: { schemas: Record<string, { properties?: { Kind?: { enum?: object } } }> } }
    ).components;
    const lists = Object.values(schemas).flatMap(({ properties }) => properties?.Kind?.enum ?? []);
    expect(lists).toEqual(expect.arrayContaining(['login', 'record-read', 'till-opened']));
  });

  it('that no module registers is refused', async () => {
    const { status } = await service.client().post('/shop/events', { kind: 'till-closed' });
    expect(status).toBe(500);
    await shop.logged('No module registers the kind of audit event till-closed');
    expect(await events(service, { Kind: 'till-closed' })).toEqual([]);
  });
});
