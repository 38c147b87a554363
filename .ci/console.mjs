/**
 * Builds the pages of `console/` with Vite, and compresses them: the service has each file only in Brotli and gzip. Prints an error if the
 * pages are larger than the budget.
 */
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';

const CONSOLE = join(import.meta.dirname, '../console');
/** What a browser loads, in bytes of Brotli: until the sign-in page is complete, until the first page after it is, and in all. */
const BUDGET = { 'sign-in': 100_000, 'first page': 350_000, everything: 450_000 };
const FIRST_PAGES = ['overview', 'sessions'];
/** The best quality takes ten times as long and saves 2%. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** The names of the compressed files, each with its content. */
export async function buildConsole() {
  const { output } = await build({ root: CONSOLE, logLevel: 'warn', build: { write: false } });
  const files = await Promise.all(output.map(compressed));
  checkBudget(output, new Map(files.flat().map(([name, content]) => [name, content.length])));
  return files.flat();
}

async function compressed({ fileName, code, source }) {
  const name = basename(fileName);
  const content = Buffer.from(code ?? source);
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, BROTLI),
    promisify(gzip)(content, { level: 9 }),
  ]);
  return [
    [`${name}.br`, br],
    [`${name}.gz`, gz],
  ];
}

/**
 * The entry and what it imports statically is loaded before the sign-in page is shown, and what it imports dynamically while the user types. The
 * first page is the overview, or the list of sessions for those without the role. Charts and other pages are loaded when they are shown.
 */
function checkBudget(output, sizes) {
  const entries = output.filter(({ fileName, isEntry }) => isEntry || fileName === 'index.html');
  const names = entries.map(({ fileName }) => fileName);
  const after = [...names, ...entries.flatMap(({ dynamicImports = [] }) => dynamicImports)];
  const pages = output.filter(({ isDynamicEntry, name }) => isDynamicEntry && FIRST_PAGES.includes(name));
  const chunks = new Map(output.map((file) => [file.fileName, file]));
  const check = (name, files) => {
    const bytes = [...closureOf(files, chunks)].reduce((total, file) => total + sizes.get(`${basename(file)}.br`), 0);
    if (bytes > BUDGET[name])
      throw new Error(`The console has ${bytes} bytes (${name}); the budget is ${BUDGET[name]}.`);
  };
  if (pages.length !== FIRST_PAGES.length) throw new Error('The build has no file for one of the first pages.');
  check('sign-in', names);
  for (const { fileName } of pages) check('first page', [...after, fileName]);
  check('everything', chunks.keys());
}

/** The files, and what they import statically. */
function closureOf(files, chunks, loaded = new Set()) {
  for (const file of files) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    const { imports = [], viteMetadata } = chunks.get(file) ?? {};
    closureOf([...imports, ...(viteMetadata?.importedCss ?? [])], chunks, loaded);
  }
  return loaded;
}
