/**
 * Builds the service into `dist/`, a bundle of it, and the archive of a new embedded database. The engine needs three seconds and 800 MB to
 * create a database, but unpacking the archive needs neither. With `--if-stale` it builds only if there is no build of these sources, because `npm start` and
 * `npm run cli` must not replace the files of a running service. `dist/.sources` says what was built.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(import.meta.dirname, '..');
const STAMP = join(ROOT, 'dist/.sources');
const NEST = fileURLToPath(import.meta.resolve('@nestjs/cli/bin/nest.js'));
/** What the build is made from: with another compiler, which the lock file names, it may come out differently. */
const INPUTS = [
  '.ci/bundle.mjs',
  '.ci/console.mjs',
  'nest-cli.json',
  'package-lock.json',
  'tsconfig.build.json',
  'tsconfig.json',
];

const sources = digest();
if (!process.argv.includes('--if-stale') || read(STAMP) !== sources || !existsSync(join(ROOT, 'dist/main.js'))) {
  const [[status], archive, pages] = await Promise.all([compile(), newDatabase(), consolePages()]);
  if (status !== 0) process.exit(1);
  await bundle();
  writeFileSync(join(ROOT, 'dist/database/new-database.tgz'), archive);
  mkdirSync(join(ROOT, 'dist/console/pages'), { recursive: true });
  for (const [name, content] of pages) writeFileSync(join(ROOT, 'dist/console/pages', name), content);
  writeFileSync(STAMP, sources);
}

function compile() {
  return once(spawn(process.execPath, [NEST, 'build'], { cwd: ROOT, stdio: 'inherit' }), 'exit');
}

/** Only a build loads the bundler. */
async function bundle() {
  const { makeBundle } = await import('./bundle.mjs');
  await makeBundle();
}

/** Only a build loads Vite. */
async function consolePages() {
  const { buildConsole } = await import('./console.mjs');
  return buildConsole();
}

/** Only a build loads the engine: `npm start` with a current build does not need it. */
async function newDatabase() {
  const { PGlite } = await import('@electric-sql/pglite');
  const { create } = await import('tar');
  const folder = mkdtempSync(join(tmpdir(), 'tessera-new-database-'));
  try {
    const engine = await PGlite.create(folder);
    // The service has one database. Each of these two would be 300 more files to create at a first start.
    for (const name of ['template0', 'template1']) {
      await engine.exec(`ALTER DATABASE ${name} IS_TEMPLATE false`);
      await engine.exec(`DROP DATABASE ${name}`);
    }
    await engine.close();
    return create({ cwd: folder, gzip: true, portable: true, sync: true }, ['.']).read();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function digest() {
  const hash = createHash('sha256');
  const files = ['src', 'console']
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const file of [...files, ...INPUTS.map((name) => join(ROOT, name))].sort()) {
    const content = readFileSync(file);
    hash.update(`${file.slice(ROOT.length)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
