import { Injectable, Module, type Type } from '@nestjs/common';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { settingsFrom } from '../../src/config/given-settings.js';
import { defineTessera, type TesseraDefinition } from '../../src/definition.js';
import { deleteData, newData, settingsOf } from '../support/data.js';
import { CACHE, QUICK_START } from '../support/fixtures.mjs';

const DIST = join(import.meta.dirname, '../../dist');
const url = (file: string): string => pathToFileURL(join(DIST, file)).href;
/** Imports for a file in JavaScript, which has no decorators. */
const IMPORTS = `
  import { Controller, Get, Module } from '@nestjs/common';
  import { defineTessera, Public, Role } from '${url('tessera.js')}';
  const declare = (name, prefix, paths, policy = Public()) => {
    const controller = { [name + 'Controller']: class {} }[name + 'Controller'];
    for (const [index, path] of paths.entries()) {
      const method = 'get' + index;
      controller.prototype[method] = () => 'read';
      const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, method);
      for (const decorate of [Get(path), policy]) decorate(controller.prototype, method, descriptor);
    }
    Controller(prefix)(controller);
    const module = { [name + 'Module']: class {} }[name + 'Module'];
    Module({ controllers: [controller] })(module);
    return module;
  };`;

let folder: string;
let dataDir: string;

beforeAll(async () => {
  folder = mkdtempSync(join(CACHE, 'definition-'));
  dataDir = await newData();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await deleteData(dataDir);
});

/** Runs the command line, as built, in the folder. */
async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [...QUICK_START, join(DIST, 'cli/main.js'), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', PORT: '1', ...settingsOf(dataDir) },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

function write(file: string, text: string): string {
  writeFileSync(join(folder, file), text);
  return file;
}

describe('a definition', () => {
  @Module({ providers: [] })
  class GoodModule {}
  @Injectable()
  class NoModule {}

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'Expected an object with `modules`, `grants`, `settings`.'],
    ['an unknown member', { routes: [] }, 'A definition has the members modules, grants, settings, and no routes.'],
    ['settings that are no function', { settings: {} }, '`settings` must be a function that returns the settings.'],
    ['one grant in place of a list', { grants: GoodModule }, '`grants` must be a list of classes that extend Grant.'],
    ['a grant that is no class', { grants: [{}] }, '`grants[0]` is no class that extends Grant.'],
    ['a class that is no grant', { grants: [NoModule] }, 'NoModule in `grants` does not extend Grant.'],
    ['one module in place of a list', { modules: GoodModule }, '`modules` must be a list of modules.'],
    [
      'something undefined',
      { modules: [GoodModule, undefined] },
      '`modules[1]` is no module: expected a class with @Module().',
    ],
    [
      'a class without @Module()',
      { modules: [NoModule] },
      'NoModule in `modules` is no module: it has no @Module() with members.',
    ],
    [
      'a module twice',
      { modules: [GoodModule, { module: GoodModule }] },
      'GoodModule is twice in `modules`. Import each module once.',
    ],
  ])('refuses %s', (_what, definition, message) => {
    expect(() => defineTessera(definition as TesseraDefinition)).toThrow(message);
  });

  it('takes classes and dynamic modules', () => {
    const modules: (Type | { module: Type })[] = [GoodModule, { module: NoModule }];
    expect(defineTessera({ modules })).toMatchObject({ modules });
  });
});

describe('settings that a program gives', () => {
  it('follow the rules of the environment, and may have their own types', () => {
    const given = {
      DATA_DIR: folder,
      ACCESS_TOKEN_TTL: 600,
      ALLOWED_ORIGINS: ['https://a.example', 'https://b.example'],
    };
    expect(settingsFrom({ ...given, REFRESH_TOKEN_TTL: '600', LOG_LEVEL: '' })).toMatchObject({
      ...given,
      REFRESH_TOKEN_TTL: 600,
      LOG_LEVEL: 'info',
    });
  });

  it.each<[string, object, string]>([
    ['a bad number', { ACCESS_TOKEN_TTL: 0.5 }, 'ACCESS_TOKEN_TTL: expected seconds from 1 to 604800, got "0.5"'],
    ['a wrong type', { TESSERA_SECRET: { key: 'x' } }, 'TESSERA_SECRET: expected a text, a number or a list of texts'],
  ])('are refused for %s', (_what, given, fault) => {
    expect(() => settingsFrom({ DATA_DIR: folder, ...given })).toThrow(`Bad settings:\n  ${fault}`);
  });
});

describe('the command line', () => {
  it('knows the roles of the definition in its folder, and the settings that it makes', async () => {
    const file = write(
      'tessera.config.mjs',
      `${IMPORTS}
      export default defineTessera({
        modules: [declare('Coupons', 'coupons', [''], Role('Coupon-Read'))],
        settings: async (environment) => ({ ...environment, ADMIN_EMAIL: 'no address' }),
      });`,
    );
    const { code, stderr } = await run('roles', 'list');
    expect([code, stderr]).toEqual([1, expect.stringContaining('ADMIN_EMAIL: expected an e-mail address')]);
    write(
      file,
      `${IMPORTS} export default defineTessera({ modules: [declare('Coupons', 'coupons', [''], Role('Coupon-Read'))] });`,
    );
    expect((await run('roles', 'list')).stdout).toContain('Coupon-Read\n');
    expect(await run('users', 'grant', 'none@example.com', 'Coupon-Read')).toMatchObject({ code: 0 });
    write('tessera.config.js', '');
    expect((await run('roles', 'list')).stderr).toBe(
      'There are tessera.config.js and tessera.config.mjs. Delete one, or name one: --config tessera.config.js\n',
    );
    for (const name of ['tessera.config.js', file]) rmSync(join(folder, name));
    write('tessera.config.ts', '');
    expect((await run('roles', 'list')).stderr).toMatch(/^tessera\.config\.ts is not compiled\. Compile it first/);
    rmSync(join(folder, 'tessera.config.ts'));
  });

  it.each([
    ['a missing file', 'missing.mjs', undefined, 'There is no file missing.mjs.\n'],
    ['TypeScript', 'some.config.ts', '', /^some\.config\.ts is TypeScript\. Compile it first/],
    ['a broken file', 'broken.mjs', 'export default {', /^broken\.mjs fails: .*SyntaxError/s],
    [
      'a missing package',
      'import.mjs',
      "import 'not-there';",
      /^import\.mjs fails: .*Cannot find package 'not-there'/s,
    ],
    [
      'no default export',
      'none.mjs',
      '',
      /^none\.mjs does not export a definition: expected `export default defineTessera/,
    ],
    ['a plain object', 'plain.mjs', 'export default { modules: [] };', /^plain\.mjs does not export a definition/],
    [
      'the definition of another copy of the package',
      'copy.mjs',
      "export default { [Symbol.for('tessera.definition')]: 'file:///other/dist/definition.js' };",
      /^copy\.mjs uses another copy of the package tessera \(file:\/\/\/other\/dist\/definition\.js\) than this command/,
    ],
    [
      'a definition that is refused',
      'refused.mjs',
      `${IMPORTS} export default defineTessera({ modules: [class Empty {}] });`,
      'refused.mjs: Empty in `modules` is no module: it has no @Module() with members.\n',
    ],
  ])('refuses %s', async (_what, file, text, expected) => {
    if (text !== undefined) write(file, text);
    const { code, stderr } = await run('roles', 'list', '--config', file);
    expect([code, stderr]).toEqual([1, typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
  });
});

describe('the server', () => {
  it('does not start with a definition that cannot be used', async () => {
    const { code, stderr } = await run('serve', '--config', 'missing.mjs');
    expect([code, stderr]).toEqual([1, 'There is no file missing.mjs.\n']);
  });

  it.each([
    [
      'two handlers with one route',
      "declare('Coupons', 'api/coupons', [':id']), declare('Offers', 'API', ['coupons/:code'])",
      'GET /api/coupons/: is answered twice: by CouponsController.get0 (CouponsModule) and by OffersController.get0 (OffersModule). ' +
        'Change one of the paths, or import the module once.\n',
    ],
    [
      'a handler with a route of the service',
      "declare('Coupons', 'health', ['live'])",
      'GET /health/live is answered twice: by CouponsController.get0 (CouponsModule) and by HealthController.live (ObservabilityModule). ' +
        'Change one of the paths, or import the module once.\n',
    ],
    [
      'roles that look alike',
      "declare('Coupons', 'coupons', [''], Role('refreshtoken-read'))",
      expect.stringMatching(
        /^The roles RefreshToken-Read of .* and refreshtoken-read of CouponsController\.get0 \(CouponsModule\) differ only/,
      ),
    ],
    [
      'a role without a name',
      "declare('Coupons', 'coupons', [''], Role(' '))",
      'CouponsController.get0 (CouponsModule) requires a role without a name.\n',
    ],
  ])('does not start with %s', async (_what, modules, expected) => {
    const file = write('conflict.mjs', `${IMPORTS} export default defineTessera({ modules: [${modules}] });`);
    const { code, stderr } = await run('serve', '--config', file);
    expect([code, stderr]).toEqual([1, expected]);
  });
});
