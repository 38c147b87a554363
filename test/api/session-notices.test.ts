import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { basicOf, RESOURCE } from '../support/client.js';
import { writeWhole } from '../support/compile.js';
import { settingsOf } from '../support/data.js';
import { CACHE, QUICK_START } from '../support/fixtures.mjs';
import { scrape } from '../support/scrape.js';
import { freePort, type Service } from '../support/service.js';
import { expectRefused, login, recordOf, refresh, revoke, sessionOf, the } from '../support/sessions.js';
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

describe('a notifier of endings', () => {
  it('learns of a revocation, with its actor', async () => {
    const tokens = await login(service, 'list', 'revoked');
    await revoke(service, tokens.refresh);
    expect(await shop.noticesOf(sessionOf(tokens))).toEqual([
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
    expect(await shop.noticesOf(sessionOf(edited))).toMatchObject([{ clientId: 'edited', reason: 'edited' }]);
    await admin.delete(`${RESOURCE}/${the(await recordOf(service, deleted)).Id}`);
    expect(await shop.noticesOf(sessionOf(deleted))).toMatchObject([
      { reason: 'deleted', actor: { name: 'admin@example.com' } },
    ]);
  });

  it('that fails is not called again, and fails no request', async () => {
    const tokens = await login(service, 'list', 'failing');
    await shop.set({ failing: ['notifier'] });
    expect((await revoke(service, tokens.refresh)).status).toBe(200);
    await shop.logged('ShopNotifier: a notice was not delivered: The notifier of the shop fail.');
    const metrics = await scrape(metricsPort);
    expect(metrics.value('tessera_session_notices_total{notice="ending",outcome="failed"}')).toBe(1);
    await shop.set({});
  });
});

describe('a listener to replays', () => {
  it('learns of a replay after the session has ended', async () => {
    const tokens = await login(service, 'read', 'replayed');
    await refresh(service, await refresh(service, tokens));
    await expectRefused(service, tokens.refresh);
    const [replay, ending] = (await shop.noticesOf(sessionOf(tokens), 2)).toSorted((a, b) =>
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
