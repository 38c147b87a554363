import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deleteData, newData, settingsOf } from '../support/data.js';
import { CACHE, CLI, QUICK_START } from '../support/fixtures.mjs';

const DIST = pathToFileURL(join(import.meta.dirname, '../../dist/')).href;
/** Writes the URL of each module that the process imports into a file. */
const HOOKS = `import { appendFileSync } from 'node:fs';
  export const load = (url, context, next) => (appendFileSync('imported', url + '\\n'), next(url, context));`;
const DEFINITION = `import { defineTessera } from '${DIST}tessera.js'; export default defineTessera({});`;

let folder: string;
let dataDir: string;

beforeEach(async () => {
  folder = mkdtempSync(join(CACHE, 'bundle-'));
  dataDir = await newData();
  writeFileSync(join(folder, 'hooks.mjs'), HOOKS);
  writeFileSync(
    join(folder, 'register.mjs'),
    "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);",
  );
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await deleteData(dataDir);
});

/** Lists the roles, and returns the modules that this imported. */
async function imported(...args: string[]): Promise<string[]> {
  const child = spawn(process.execPath, [...QUICK_START, '--import', './register.mjs', CLI, ...args, 'roles', 'list'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...settingsOf(dataDir) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'close');
  expect(child.exitCode).toBe(0);
  return readFileSync(join(folder, 'imported'), 'utf8').split('\n');
}

const ofBundle = (url: string): boolean => url.startsWith(`${DIST}bundle/`);
/** Modules whose classes a team's modules use too. */
const ofFiles = (url: string): boolean => url === `${DIST}app.module.js` || url.includes('/node_modules/@nestjs/');

it('a command without a definition loads the bundle, and no class from elsewhere', async () => {
  const urls = await imported();
  expect(urls.some(ofBundle)).toBe(true);
  expect(urls.filter(ofFiles)).toEqual([]);
});

it.each([
  ['in its folder', 'tessera.config.js', []],
  ['that is named', 'other.mjs', ['--config', 'other.mjs']],
  ['that is named in one word', 'other.mjs', ['--config=other.mjs']],
])(
  'a command with a definition %s loads the files that the definition imports, and no bundle',
  async (_where, file, args) => {
    writeFileSync(join(folder, file), DEFINITION);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const urls = await imported(...args);
    expect(urls.some(ofFiles)).toBe(true);
    expect(urls.filter(ofBundle)).toEqual([]);
  },
);
