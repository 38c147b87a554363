import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The folders of src, each with its level, as lint checks them. */
const [, declared = ''] = /const LEVELS = \[\n([^]*?)\n\];/.exec(textOf('.dependency-cruiser.mjs')) ?? [];
const levels = declared
  .split('\n')
  .flatMap((line, level) => [...line.matchAll(/'([\w-]+)'/g)].map(([, folder = '']) => `${folder} ${level}`))
  .sort();

it('the map of the source shows every folder at its level', () => {
  const map = [...textOf('src/README.md').matchAll(/^ {2}([\w-]+)\/ +L(\d+) /gm)];
  expect(levels.length).toBeGreaterThan(10);
  expect(map.map(([, folder, level]) => `${folder} ${level}`).sort()).toEqual(levels);
});

it('the diagram of the architecture shows every folder at its level', () => {
  const rooms = [...textOf('docs/architecture.md').matchAll(/^ {2}subgraph L(\d+)\[[^]*?^ {2}end$/gm)];
  const drawn = rooms.flatMap(([text, level]) =>
    [...text.matchAll(/\["([\w-]+): /g)].map(([, folder]) => `${folder} ${level}`),
  );
  expect(drawn.sort()).toEqual(levels);
});
