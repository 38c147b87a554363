/**
 * Builds the pages of `console/` with Vite, and compresses them: the service has each file only in Brotli and gzip. Prints an error if the
 * pages are larger than the budget.
 */
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';

const CONSOLE = join(import.meta.dirname, '../console');
/** What a browser loads, in bytes of Brotli: until the sign-in page is complete, and until the page of a list is. */
const BUDGET = { 'sign-in': 100_000, everything: 350_000 };
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

/** The entry and what it imports statically is loaded before the sign-in page is shown. */
function checkBudget(output, sizes) {
  const chunks = new Map(output.map((file) => [file.fileName, file]));
  const first = new Set();
  const add = (fileName) => {
    if (first.has(fileName)) return;
    first.add(fileName);
    const { imports = [], viteMetadata } = chunks.get(fileName) ?? {};
    for (const name of [...imports, ...(viteMetadata?.importedCss ?? [])]) add(name);
  };
  for (const { fileName, isEntry } of output) if (isEntry || fileName === 'index.html') add(fileName);
  const sum = (names) => [...names].reduce((total, name) => total + sizes.get(`${basename(name)}.br`), 0);
  for (const [name, bytes] of [
    ['sign-in', sum(first)],
    ['everything', sum(chunks.keys())],
  ])
    if (bytes > BUDGET[name])
      throw new Error(`The console has ${bytes} bytes (${name}); the budget is ${BUDGET[name]}.`);
}
