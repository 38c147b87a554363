import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';

const ROOT = join(import.meta.dirname, '..');

/**
 * Writes a file of the repository that is made from something else; with --check, only says when the committed one is another, what it
 * should be (`expected`), and which command makes it.
 */
export function writeOrCheck(name, text, { expected, command }) {
  const file = join(ROOT, name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (text !== committed(file)) {
    console.error(`${name} is not ${expected}: run \`${command}\` and commit it.`);
    process.exitCode = 1;
  }
}

/** Like `writeOrCheck`, for a page of Markdown, which is formatted first. */
export async function writeOrCheckPage(name, markdown, { expected, command }) {
  const options = await prettier.resolveConfig(join(ROOT, name));
  writeOrCheck(name, await prettier.format(markdown, { ...options, parser: 'markdown' }), { expected, command });
}

function committed(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
