import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/service.js';
import { describeExtensionExample } from './extension-example.js';
import { describeMountedService } from './mounted-service.js';
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
    files.filter(
      (file) =>
        !/^package\/(dist\/.*\.(js|d\.ts|tgz)|dist\/users\/common-passwords\.txt|dist\/console\/pages\/.*\.(br|gz)|[A-Z]+(\.md)?|package\.json)$/.test(
          file,
        ),
    ),
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
    ['../coupons', 'is not empty: it has '],
    ['gifts', 'There is no tessera-0.1.0.tgz here: make it in a clone by "npm pack", and name it with --package.'],
  ])('refuses %s, and says why', (given, message) => {
    const { status, stdout, stderr } = team.run(`npx tessera new ${given}`);
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

describe('TesseraModule', () => {
  describeMountedService(team, port);
});
