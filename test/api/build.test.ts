import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const SCRIPT = '.ci/build.mjs';
/** Replaces Nest's compiler: creates a new `dist/` with the source that it read. */
const COMPILER = `
  const { appendFileSync, cpSync, mkdirSync, rmSync } = require('node:fs');
  appendFileSync('builds', 'x');
  rmSync('dist', { recursive: true, force: true });
  mkdirSync('dist/database', { recursive: true });
  cpSync('src/main.ts', 'dist/main.js');`;
/** Replaces the engine, which needs seconds to create a database. */
const ENGINE = `
  const { writeFileSync } = require('node:fs');
  exports.PGlite = class {
    static create = async (folder) => {
      writeFileSync(folder + '/PG_VERSION', '18');
      return { exec: async () => undefined, close: async () => undefined };
    };
  };`;

/** Replaces the bundler. */
const BUNDLER = 'export const makeBundle = () => undefined;';
/** Replaces Vite. */
const PAGES = 'export const buildConsole = () => [];';

describe('the build before `npm start` and `npm run cli`', () => {
  let root: string;
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const build = (...args: string[]): number | null => spawnSync(process.execPath, [join(root, SCRIPT), ...args]).status;
  const builds = (): number => (existsSync(join(root, 'builds')) ? readFileSync(join(root, 'builds')).length : 0);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tessera-test-'));
    write('node_modules/@nestjs/cli/package.json', '{}');
    write('node_modules/@nestjs/cli/bin/nest.js', COMPILER);
    write('node_modules/@electric-sql/pglite/index.js', ENGINE);
    symlinkSync(join(ROOT, 'node_modules/tar'), join(root, 'node_modules/tar'));
    for (const name of ['nest-cli.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
      write(name, '{}');
    write('src/main.ts', 'first');
    write('src/kernel/id.ts', '');
    write('console/index.html', '');
    write('.ci/bundle.mjs', BUNDLER);
    write('.ci/console.mjs', PAGES);
    cpSync(join(ROOT, SCRIPT), join(root, SCRIPT));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('is made when there is none, and not again: a running service keeps its files', () => {
    for (let n = 0; n < 3; n++) expect([build('--if-stale'), builds()]).toEqual([0, 1]);
    expect(readFileSync(join(root, 'dist/main.js'), 'utf8')).toBe('first');
  });

  it.each([
    [
      'a source changed',
      () => {
        write('src/main.ts', 'second');
      },
    ],
    [
      'a source was added',
      () => {
        write('src/kernel/other.ts', '');
      },
    ],
    [
      'a source was removed',
      () => {
        rmSync(join(root, 'src/kernel/id.ts'));
      },
    ],
    [
      'the compiler may have changed',
      () => {
        write('package-lock.json', '{ "a": 1 }');
      },
    ],
    [
      'the build was removed',
      () => {
        rmSync(join(root, 'dist'), { recursive: true });
      },
    ],
  ])('is made again when %s', (_what, change) => {
    build('--if-stale');
    change();
    expect([build('--if-stale'), builds()]).toEqual([0, 2]);
    expect([build('--if-stale'), builds()]).toEqual([0, 2]);
  });

  it('fails when the compiler fails, and is tried again at the next start', () => {
    write('node_modules/@nestjs/cli/bin/nest.js', 'process.exit(2)');
    expect([build('--if-stale'), build('--if-stale')]).toEqual([1, 1]);
    write('node_modules/@nestjs/cli/bin/nest.js', COMPILER);
    expect([build('--if-stale'), builds()]).toEqual([0, 1]);
  });

  it('is always made by `npm run build`', () => {
    expect([build(), build(), builds()]).toEqual([0, 0, 2]);
  });
});
