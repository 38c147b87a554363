import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/service.js';
import { describeExtensionExample } from './extension-example.js';
import { PackedService, type Output } from './team-folder.js';
import { tutorialSteps } from './tutorial.js';

const port = await freePort();
const steps = tutorialSteps(port);
const service = new PackedService();
const team = service.team('coupons', port);
let printed: Output;

afterAll(() => {
  service.dispose();
});

it('the package has the build and its declarations, and neither sources nor tests', () => {
  const files = service.files();
  expect(files).toEqual(
    expect.arrayContaining(
      ['LICENSE', 'README.md', 'dist/cli/main.js', 'dist/tessera.d.ts', 'dist/database/new-database.tgz'].map(
        (file) => `package/${file}`,
      ),
    ),
  );
  expect(
    files.filter((file) => !/^package\/(dist\/.*\.(js|d\.ts|tgz)|[A-Z]+(\.md)?|package\.json)$/.test(file)),
  ).toEqual([]);
});

describe('the tutorial of docs/extending.md', () => {
  it('has its steps', () => {
    expect(steps.length).toBeGreaterThan(20);
  });

  it.each(steps.map((step) => ({ ...step, title: `line ${step.line}: ${step.kind} ${step.subject}` })))(
    '$title',
    async ({ kind, subject, text }) => {
      switch (kind) {
        case 'file':
          team.write(subject, text);
          break;
        case 'run':
        case 'clone':
          printed = (kind === 'run' ? team : service.clone()).run(text);
          expect([printed.status, printed.status === 0 ? '' : printed.stdout + printed.stderr]).toEqual([0, '']);
          break;
        case 'start':
          await team.start(text.trim(), subject);
          break;
        case 'stop':
          await team.stop();
          break;
        case 'prints':
          expect(printed.stdout.trim()).toBe(text.trim());
      }
    },
  );
});

describe('the command that writes a module', () => {
  it.each([
    ['coupons', 'is not empty: it has '],
    ['../Coupons', 'The name "Coupons" cannot be used: expected lower case words with hyphens, such as gift-coupons.'],
    [
      'gifts --resource gift',
      'The resource "gift" cannot be used: expected a name in Pascal case, such as GiftCoupon.',
    ],
    ['gifts --package ../nothing.tgz', 'There is no file ../nothing.tgz.'],
    ['gifts', 'There is no tessera-0.1.0.tgz here: make it in a clone by "npm pack", and name it with --package.'],
  ])('refuses %s, and says why', (given, message) => {
    const { status, stdout, stderr } = team.run(`npx tessera new ${given === 'coupons' ? '../coupons' : given}`);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(existsSync(join(team.path, 'gifts'))).toBe(false);
  });
});

describe('examples/extension', () => {
  describeExtensionExample(service, team, port);
});

describe('the installed package', () => {
  /** The output of a program of the team. */
  const output = (code: string): string => {
    team.write('program.mjs', code);
    const { stdout, stderr } = team.run('node program.mjs');
    return stdout + stderr;
  };

  it('is closed beside its entries', () => {
    expect(output("import 'tessera/dist/application.js';")).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
    expect(output("for (const entry of ['', '/resource', '/testing']) await import(`tessera${entry}`);")).toBe('');
  });

  it('has declarations without an error, also where a compiler checks those of libraries', () => {
    const { stdout } = team.run('npx tsc --noEmit --skipLibCheck false || true');
    expect(stdout.split('\n').filter((line) => line.includes('node_modules/tessera/'))).toEqual([]);
  });

  it('brings no package that reports installations', () => {
    expect(existsSync(join(team.path, 'node_modules/@scarf'))).toBe(false);
    expect(existsSync(join(team.path, 'node_modules/@nestjs/common'))).toBe(true);
  });

  it('makes an application for a program of the team', () => {
    const program = `import { createApplication } from 'tessera';
      import { CouponsModule } from './dist/coupons/coupons.module.js';
      const app = await createApplication({ modules: [CouponsModule], settings: () => ({ LOG_LEVEL: 'warn' }) });
      await app.listen(${port});
      console.log((await fetch('http://127.0.0.1:${port}/api/sys/coupons/1')).status);
      await app.close();`;
    expect(output(program)).toBe('401\n');
  });

  it('names its commands as they were started', () => {
    const hint = 'rm -rf other && DATA_DIR=other npx tessera users list';
    expect(team.run(hint).stderr).toContain('run:\n  npx tessera users change admin@example.com --password\n');
  });

  it('says its version', () => {
    expect(team.run('npx tessera --version').stdout).toBe('0.1.0\n');
  });

  it('lists the roles and jobs of the module', () => {
    expect(team.run('npx tessera roles list').stdout).toContain(
      'Coupon-Create\nCoupon-Delete\nCoupon-Edit\nCoupon-List\nCoupon-Read\n',
    );
    expect(team.run('npx tessera jobs list').stdout).toContain('expired-coupons');
  });

  it('says what to do when the latest migration is of a module that is not loaded', () => {
    team.write('without.mjs', "import { defineTessera } from 'tessera'; export default defineTessera({});");
    const { status, stderr } = team.run('npx tessera migrations revert --config without.mjs');
    expect([status, stderr.replace(/\d{13}/, '…')]).toEqual([
      1,
      'The latest migration, CreateCoupons…, is of a module that this command does not load. ' +
        'Run the command in the folder of its tessera.config.js, or name that file with --config.\n',
    ]);
  });
});

describe('TesseraModule in an application of a team', () => {
  const url = `http://127.0.0.1:${port}/auth`;
  const post = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, { method: 'POST', ...init });

  beforeAll(() => team.start('node dist/own-application.js', `${url}/health/ready`));
  afterAll(() => team.stop());

  it('keeps the contract of Tessera below the prefix', async () => {
    const form = new URLSearchParams({ grant_type: 'password', username: 'ada@example.com', password: 'wrong' });
    const refused = await post('/api/token', { body: form });
    expect([refused.status, await refused.json()]).toEqual([400, expect.objectContaining({ error: 'invalid_grant' })]);
    expect(refused.headers.get('x-request-id')).not.toBeNull();
    const malformed = await post('/API/Sys/Coupons', {
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${btoa('ada@example.com:correct horse battery')}`,
      },
      body: '{',
    });
    expect([malformed.status, await malformed.json()]).toEqual([
      400,
      expect.objectContaining({ WasSuccessful: false }),
    ]);
    expect((await post('/health/ready')).status).toBe(405);
    expect(
      ((await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json()) as { issuer: string }).issuer,
    ).toBe(url);
    expect((await fetch(`${url}/docs`)).status).toBe(200);
    expect((await fetch(`${url}/`)).status).toBe(200);
  });

  it('leaves the other routes and unknown paths to the application', async () => {
    const cats = await fetch(`${url}/cats`);
    expect([cats.status, cats.headers.get('x-request-id')]).toEqual([200, null]);
    const unknown = await fetch(`${url}/dogs`);
    expect([unknown.status, await unknown.json()]).toEqual([404, expect.objectContaining({ statusCode: 404 })]);
    expect((await fetch(`http://127.0.0.1:${port}/api/token`)).status).toBe(404);
  });

  it.each([
    ['a setting of the listener', '{ PORT: 3000, PUBLIC_URL: "http://localhost/auth" }', 'PORT: expected to be absent'],
    ['no public URL', '{}', 'PUBLIC_URL: expected the URL of the service, with the prefix of its paths'],
    [
      'a bad setting',
      '{ PUBLIC_URL: "http://localhost", ACCESS_TOKEN_TTL: 0 }',
      'ACCESS_TOKEN_TTL: expected seconds from 1 to 604800',
    ],
    [
      'a value of a wrong type',
      '{ PUBLIC_URL: "http://localhost", TESSERA_SECRET: {} }',
      'TESSERA_SECRET: expected a text, a number or a list',
    ],
  ])('does not start with %s', (_what, settings, expected) => {
    expect(refusal(`TesseraModule.forRoot({ settings: ${settings} })`)).toContain(expected);
  });

  it('does not start when it is imported twice, or not on Fastify', () => {
    const settings = '{ PUBLIC_URL: "http://localhost", DATA_DIR: "other" }';
    const once = `TesseraModule.forRoot({ settings: ${settings} })`;
    expect(refusal(`${once}, TesseraModule.forRoot({ settings: { ...${settings}, ACCESS_TOKEN_TTL: 60 } })`)).toContain(
      'TesseraModule is imported twice. Call forRoot or forRootAsync once.',
    );
    expect(refusal(once, '{ getType: () => "express", patch() {} }')).toContain(
      'TesseraModule needs an application on Fastify',
    );
  });

  /** What an application says that imports these modules and cannot start. */
  function refusal(imports: string, adapter = 'new FastifyAdapter()'): string {
    team.write(
      'refused.mjs',
      `import { Module } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { FastifyAdapter } from '@nestjs/platform-fastify';
      import { TesseraModule } from 'tessera';
      class AppModule {}
      Module({ imports: [${imports}] })(AppModule);
      await NestFactory.create(AppModule, ${adapter}, { logger: false, abortOnError: false });`,
    );
    const { status, stderr } = team.run('node refused.mjs');
    expect(status).toBe(1);
    return stderr;
  }
});

describe('TesseraModule beside global guards, interceptors and pipes of a team', () => {
  const url = `http://127.0.0.1:${port}`;

  beforeAll(async () => {
    team.write(
      'guarded.mjs',
      `import { Controller, Get, Module } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { FastifyAdapter } from '@nestjs/platform-fastify';
      import { map } from 'rxjs';
      import { TesseraModule } from 'tessera';
      class CatsController { list() { return ['Tom']; } }
      Get()(CatsController.prototype, 'list', Object.getOwnPropertyDescriptor(CatsController.prototype, 'list'));
      Controller('cats')(CatsController);
      class AppModule {}
      Module({
        imports: [TesseraModule.forRoot({ settings: { PUBLIC_URL: '${url}', LOG_LEVEL: 'warn' } })],
        controllers: [CatsController],
      })(AppModule);
      const app = await NestFactory.create(AppModule, new FastifyAdapter());
      app.useGlobalGuards({ canActivate: (context) => context.switchToHttp().getRequest().headers.cookie === 'cat' });
      app.useGlobalInterceptors({ intercept: (_context, next) => next.handle().pipe(map((data) => ({ data }))) });
      app.useGlobalPipes({ transform: () => { throw new Error('a pipe of the team'); } });
      app.enableShutdownHooks();
      await app.listen(${port}, '127.0.0.1');`,
    );
    await team.start('node guarded.mjs', `${url}/health/ready`);
  });
  afterAll(() => team.stop());

  it('neither changes the routes of the other', async () => {
    const form = { grant_type: 'password', username: 'ada@example.com', password: 'correct horse battery' };
    const signedIn = await fetch(`${url}/api/token`, { method: 'POST', body: new URLSearchParams(form) });
    expect([signedIn.status, await signedIn.json()]).toEqual([200, expect.objectContaining({ token_type: 'bearer' })]);
    expect((await fetch(`${url}/cats`)).status).toBe(403);
    const cats = await fetch(`${url}/cats`, { headers: { cookie: 'cat' } });
    expect([cats.status, await cats.json()]).toEqual([200, { data: ['Tom'] }]);
  });
});
