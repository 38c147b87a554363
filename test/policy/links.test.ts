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
