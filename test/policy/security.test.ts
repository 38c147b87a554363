import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const named = [...text.matchAll(/\]\((test\/[^)]+)\)(?: “([^”]+)”)?/g)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

it.each(named)('SECURITY.md names a test that there is: %s %s', (file, title) => {
  const path = join(ROOT, file);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain(title);
});

it('SECURITY.md names a test, or says why there is none, for every clause that is met', () => {
  const met = text.split('\n').filter((line) => /\| met +\|/.test(line));
  const bare = met.filter(
    (line) => !line.includes('](test/') && !/above|No test|no test|there are none|sends none|not expire/.test(line),
  );
  expect([met.length > 0, bare]).toEqual([true, []]);
});
