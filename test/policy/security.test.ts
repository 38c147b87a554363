import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const text = ['SECURITY.md', 'docs/asvs.md'].map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
const named = [...text.matchAll(/\]\((?:\.\.\/)?(test\/[^)]+)\)(?: “([^”]+)”)?/g)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

it.each(named)('the documents on security name an existing test: %s %s', (file, title) => {
  const path = join(ROOT, file);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain(title);
});

it('docs/asvs.md names a test, or says why there is none, for every clause that is met', () => {
  const met = text.split('\n').filter((line) => /\| met +\|/.test(line));
  const bare = met.filter(
    (line) =>
      !line.includes('](../test/') && !/SECURITY\.md|No test|no test|there are none|sends none|not expire/.test(line),
  );
  expect([met.length > 0, bare]).toEqual([true, []]);
});
