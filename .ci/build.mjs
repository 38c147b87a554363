/**
 * Builds the service into `dist/`. With `--if-stale` only when there is no build of these sources: `npm start` and `npm run cli` must
 * not replace the files of a service that runs. `dist/.sources` says what was built.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(import.meta.dirname, '..');
const STAMP = join(ROOT, 'dist/.sources');
const NEST = fileURLToPath(import.meta.resolve('@nestjs/cli/bin/nest.js'));
/** What the build is made from: with another compiler, which the lock file names, it may come out differently. */
const INPUTS = ['nest-cli.json', 'package-lock.json', 'tsconfig.build.json', 'tsconfig.json'];

const sources = digest();
if (!process.argv.includes('--if-stale') || read(STAMP) !== sources || !existsSync(join(ROOT, 'dist/main.js'))) {
  const { status } = spawnSync(process.execPath, [NEST, 'build'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
  writeFileSync(STAMP, sources);
}

function digest() {
  const hash = createHash('sha256');
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
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
