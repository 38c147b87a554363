import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deleteData, newData, settingsOf } from '../support/data.js';
import { CACHE, QUICK_START } from '../support/fixtures.mjs';

describe('the operator reads the fault of', () => {
  const TESSERA = pathToFileURL(join(import.meta.dirname, '../../dist/tessera.js')).href;
  const SHOP = { SHOP_KEY: 'secret', SHOP_TILLS: '101', SHOP_URL: '' };
  let folder: string;
  let dataDir: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(CACHE, 'plug-in-faults-'));
    dataDir = await newData();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await deleteData(dataDir);
  });

  it.each([
    [
      'a grant with the name of a grant of the service',
      "class TillGrant extends tessera.Grant { name = 'password'; description = 'A till.'; parameters = {}; handle() {} }",
      'TillGrant',
      'TillGrant has the name of the grant PasswordGrant, password: rename one.\n',
    ],
    [
      'a plug-in that is made for each request',
      'class Shop extends tessera.EndingNotifier { ended() {} }; Injectable({ scope: Scope.REQUEST })(Shop);',
      'Shop',
      'Shop or something that it injects has a scope: a plug-in is made once, at the start.\n',
    ],
    [
      'bad settings, without the secret',
      `class Shop { SHOP_KEY; SHOP_TILLS = 3; SHOP_URL; }
      const member = (name, ...decorators) => { for (const decorate of decorators) decorate(Shop.prototype, name); };
      member('SHOP_KEY', MinLength(8), tessera.SecretSetting());
      member('SHOP_TILLS', Max(100), Type(() => Number));
      member('SHOP_URL', IsUrl());`,
      'tessera.ownSettings(Shop)',
      'Bad settings:\n' +
        '  SHOP_KEY: must be longer than or equal to 8 characters (Shop)\n' +
        '  SHOP_TILLS: must not be greater than 100, got 101 (Shop)\n' +
        '  SHOP_URL: must be a URL address (Shop)\n',
    ],
    [
      'settings of the service in a class of a module',
      "class Shop { PORT; }; MinLength(1)(Shop.prototype, 'PORT');",
      'tessera.ownSettings(Shop)',
      'Bad settings:\n  PORT: a setting of the service, so Shop must not declare it\n',
    ],
  ])('%s', async (_what, declarations, provider, message) => {
    const file = join(folder, 'tessera.config.mjs');
    writeFileSync(
      file,
      `import { Injectable, Module, Scope } from '@nestjs/common';
      import { Type } from 'class-transformer';
      import { IsUrl, Max, MinLength } from 'class-validator';
      import * as tessera from '${TESSERA}';
      ${declarations}
      class TeamModule {}
      Module({ providers: [${provider}] })(TeamModule);
      export default tessera.defineTessera({ modules: [TeamModule] });`,
    );
    const command = [join(import.meta.dirname, '../../dist/cli/main.js'), 'roles', 'list', '--config', file];
    const child = spawn(process.execPath, [...QUICK_START, ...command], {
      env: { PATH: process.env['PATH'], NODE_ENV: 'test', PORT: '1', ...settingsOf(dataDir), ...SHOP },
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    await once(child, 'close');
    expect([child.exitCode, stderr]).toEqual([1, message]);
  });
});
