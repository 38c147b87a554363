import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const SUPPORT = join(ROOT, 'test/support');
const read = (file: string): string => readFileSync(file, 'utf8');

describe('docs/resource-kit.md', () => {
  it('shows the code of the resource that the tests run', () => {
    const page = read(join(ROOT, 'docs/resource-kit.md'));
    const snippets = [...page.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```$/gm)];
    expect(snippets.length).toBe([...page.matchAll(/^```ts$/gm)].length);
    for (const [, file = '', code = ''] of snippets)
      expect([file, read(join(SUPPORT, file))]).toEqual([file, expect.stringContaining(code)]);
  });

  it('says four files, and they have at most 80 lines', () => {
    const files = readdirSync(join(SUPPORT, 'coupons')).map((file) => read(join(SUPPORT, 'coupons', file)));
    const lines = files.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
    expect([files.length, lines <= 80]).toEqual([4, true]);
  });
});
