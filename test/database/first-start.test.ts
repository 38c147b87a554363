import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { basicOf, create, passwordOf } from '../support/client.js';
import { MAIN, QUICK_START } from '../support/fixtures.mjs';
import { freePort, Service } from '../support/service.js';
import { seconds } from '../support/sessions.js';

const ADMIN_PASSWORD = passwordOf('admin');

it.each([0, 0.02, 0.05, 0.1, 0.3])(
  'a first start that is killed %d s after its first file leaves a folder in which the next start succeeds',
  async (killedAfter) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tessera-test-'));
    const env = { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: String(await freePort()), ADMIN_PASSWORD };
    const child = spawn(process.execPath, [...QUICK_START, MAIN], { env, stdio: 'ignore' });
    while (!readdirSync(dataDir).some((name) => name.startsWith('database'))) await seconds(0.002);
    await seconds(killedAfter);
    child.kill('SIGKILL');
    await once(child, 'close');
    const service = await Service.startAloneOn(dataDir, { ADMIN_PASSWORD });
    await create(service.client(basicOf('admin')));
    expect(readdirSync(dataDir).sort()).toEqual(['database', 'lock', 'secret']);
    await service.dispose();
  },
);
