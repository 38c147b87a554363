import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['docs', 'src', 'deploy', 'examples', 'findings'].filter((folder) => existsSync(join(ROOT, folder)));

const documents = [
  ...readdirSync(ROOT, { encoding: 'utf8' }),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  ),
].filter((file) => file.endsWith('.md') && !file.includes('node_modules'));

/** The anchors of a document, as GitHub makes them from its headings. */
function anchorsOf(path: string): Set<string> {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm);
  const slugs = [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(slugs);
}

it.each(documents)('every link in %s to a file or heading of the repository has a target', (document) => {
  const path = join(ROOT, document);
  const links = [...readFileSync(path, 'utf8').matchAll(/\]\((?![a-z]+:)([^)\s#]*)(?:#([^)\s]+))?\)/g)];
  const dead = links
    .map(([, target, anchor]) => ({ file: target ? join(dirname(path), target) : path, anchor }))
    .filter(
      ({ file, anchor }) => !existsSync(file) || (anchor && statSync(file).isFile() && !anchorsOf(file).has(anchor)),
    )
    .map(({ file, anchor }) => `${relative(ROOT, file)}${anchor ? `#${anchor}` : ''}`);
  expect(dead).toEqual([]);
});

/** The lines of a document that are prose: no code block, no table. */
function proseOf(document: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8').replaceAll(/^ *```[^]*?^ *```/gm, '');
  return text.split('\n').filter((line) => !line.startsWith('|'));
}

it.each(documents)('no line of prose in %s has more than 160 characters', (document) => {
  expect(proseOf(document).filter((line) => line.length > 160)).toEqual([]);
});

/** History names files as they were. */
const current = documents.filter((document) => document !== 'CHANGELOG.md');

it.each(current)('every file that %s cites by its path exists', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const cited = [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs|sh|cfg|yml|md|json))`/g)].map(
    ([, path = '']) => path,
  );
  const places = [ROOT, join(ROOT, 'src'), dirname(join(ROOT, document))];
  expect(cited.filter((path) => !places.some((place) => existsSync(join(place, path))))).toEqual([]);
});
