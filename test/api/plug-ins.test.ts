import { decodeJwt } from 'jose';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { basic, basicOf, RESOURCE, type Answer } from '../support/client.js';
import { writeWhole } from '../support/compile.js';
import { settingsOf } from '../support/data.js';
import { CACHE, QUICK_START } from '../support/fixtures.mjs';
import { programWith } from '../support/resource-service.js';
import { scrape } from '../support/scrape.js';
import { freePort, Service } from '../support/service.js';
import {
  ask,
  events,
  expectRefused,
  introspect,
  login,
  recordOf,
  refresh,
  revoke,
  seconds,
  sessionOf,
  the,
  times,
  tokensOf,
} from '../support/sessions.js';

type Notice = Readonly<Record<string, unknown>>;

let service: Service;
let metricsPort: number;

beforeAll(async () => {
  metricsPort = await freePort();
  const settings = {
    SHOP_URL: 'http://shop.test/',
    SHOP_TILLS: '7',
    SHOP_KEY: 'a secret key',
    METRICS_PORT: String(metricsPort),
  };
  service = await Service.start(settings, await programWith('shop/shop.module.ts', 'ShopModule'));
});
afterAll(() => service.dispose());
// The last test ends the service.
afterEach(() => set({}).catch(() => undefined));

/** Sets what fails in the module of the team, and its claims. */
function set(state: { failing?: string[]; claims?: object }): Promise<Answer> {
  return service.client().post('/shop', state);
}

/** Waits until the module of the team has a notice of this session. */
async function noticesOf(sessionId: string, count = 1): Promise<Notice[]> {
  for (;;) {
    const { body } = await service.client().get('/shop');
    const found = (body as { notices: Notice[] }).notices.filter((notice) => notice['sessionId'] === sessionId);
    if (found.length >= count) return found;
    await seconds(0.05);
  }
}

/** Waits until the log has this text. */
async function logged(text: string): Promise<void> {
  while (!service.log.includes(text)) await seconds(0.05);
}

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
    await set(state);
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
    await set({});
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
    await set(state);
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

describe('a notifier of endings', () => {
  it('learns of a revocation, with its actor', async () => {
    const tokens = await login(service, 'list', 'revoked');
    await revoke(service, tokens.refresh);
    expect(await noticesOf(sessionOf(tokens))).toEqual([
      {
        notice: 'ended',
        subject: 'list@example.com',
        clientId: 'revoked',
        sessionId: sessionOf(tokens),
        recordId: expect.any(Number),
        reason: 'revoked',
        actor: { name: 'client', origin: expect.objectContaining({ address: '127.0.0.1' }) },
      },
    ]);
  });

  it('learns of an edit and of a deletion of a record', async () => {
    const admin = service.client(basicOf('admin'));
    const [edited, deleted] = [await login(service, 'list', 'edited'), await login(service, 'list', 'deleted')];
    const record = await recordOf(service, edited);
    expect((await admin.put(RESOURCE, { ...record, ClientId: 'other' })).status).toBe(200);
    expect(await noticesOf(sessionOf(edited))).toMatchObject([{ clientId: 'edited', reason: 'edited' }]);
    await admin.delete(`${RESOURCE}/${the(await recordOf(service, deleted)).Id}`);
    expect(await noticesOf(sessionOf(deleted))).toMatchObject([
      { reason: 'deleted', actor: { name: 'admin@example.com' } },
    ]);
  });

  it('that fails is not called again, and fails no request', async () => {
    const tokens = await login(service, 'list', 'failing');
    await set({ failing: ['notifier'] });
    expect((await revoke(service, tokens.refresh)).status).toBe(200);
    await logged('ShopNotifier: a notice was not delivered: The notifier of the shop fail.');
    const metrics = await scrape(metricsPort);
    expect(metrics.value('tessera_session_notices_total{notice="ending",outcome="failed"}')).toBe(1);
  });
});

describe('a listener to replays', () => {
  it('learns of a replay after the session has ended', async () => {
    const tokens = await login(service, 'read', 'replayed');
    await refresh(service, await refresh(service, tokens));
    await expectRefused(service, tokens.refresh);
    const [replay, ending] = (await noticesOf(sessionOf(tokens), 2)).toSorted((a, b) =>
      String(b['notice']).localeCompare(String(a['notice'])),
    );
    expect(replay).toMatchObject({
      notice: 'replayed',
      reason: 'replayed',
      clientId: 'replayed',
      lastRedemption: { address: '127.0.0.1', on: expect.any(String) },
    });
    expect(ending).toMatchObject({ notice: 'ended', reason: 'replayed' });
  });
});

describe('a health check', () => {
  it.each([
    ['fails', 'health'],
    ['does not answer in time', 'health hangs'],
  ])('that %s takes the replica out of service', async (_what, failing) => {
    expect((await service.client().get('/health/ready')).status).toBe(200);
    await set({ failing: [failing] });
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
    const { schemas } = (body as { components: { schemas: Record<string, { properties?: { Kind?: object } }> } })
      .components;
    const lists = Object.values(schemas).flatMap(({ properties }) => properties?.Kind ?? []);
    expect(lists).toMatchObject([{ enum: expect.arrayContaining(['login', 'record-read', 'till-opened']) }]);
  });

  it('that no module registers is refused', async () => {
    const { status } = await service.client().post('/shop/events', { kind: 'till-closed' });
    expect(status).toBe(500);
    await logged('No module registers the kind of audit event till-closed');
    expect(await events(service, { Kind: 'till-closed' })).toEqual([]);
  });
});

describe('a command', () => {
  it('waits for the notices of the sessions that it ends', async () => {
    const tokens = await login(service, 'list', 'of a command');
    await service.end();
    const file = join(CACHE, 'shop/tessera.config.mjs');
    const tessera = pathToFileURL(join(import.meta.dirname, '../../dist/tessera.js')).href;
    await writeWhole(
      file,
      `import { defineTessera } from '${tessera}';
      import { ShopModule } from './shop.module.js';
      export default defineTessera({ modules: [ShopModule] });`,
    );
    const cli = join(import.meta.dirname, '../../dist/cli/main.js');
    const env = { PATH: process.env['PATH'], NODE_ENV: 'test', SHOP_LOG: 'on', ...settingsOf(service.dataDir) };
    const child = spawn(
      process.execPath,
      [...QUICK_START, cli, '--config', file, 'users', 'disable', 'list@example.com'],
      { env },
    );
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child, 'close');
    expect([child.exitCode, output]).toEqual([
      0,
      expect.stringContaining(`user-disabled of ${sessionOf(tokens)} at of a command`),
    ]);
  });
});
