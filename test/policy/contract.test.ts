import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** "contract 1.4", also across a line break of a comment. */
const CITATION = /\bcontract,?\s+(?:\*\s+|\/\/\s+)?(?:section\s+)?(\d+(?:\.\d+)*)/g;

function textsIn(folder: string): [file: string, text: string][] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|mjs|md)$/.test(file))
    .map((file) => [join(folder, file), readFileSync(join(ROOT, folder, file), 'utf8')]);
}

it('every section of the contract that is cited exists', () => {
  const contract = readFileSync(join(ROOT, 'docs/contract.md'), 'utf8');
  const sections = new Set([...contract.matchAll(/^#{2,3} (\d+(?:\.\d+)*)\.? /gm)].map(([, number]) => number));
  const cited = ['src', 'test', 'docs']
    .flatMap(textsIn)
    .flatMap(([file, text]) => [...text.matchAll(CITATION)].map(([, number]) => ({ file, number })));
  expect(sections.size).toBeGreaterThan(10);
  expect(cited.length).toBeGreaterThan(30);
  expect(cited.filter(({ number }) => !sections.has(number))).toEqual([]);
});
