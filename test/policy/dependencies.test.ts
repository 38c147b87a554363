import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  readonly name?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const ROOT = join(import.meta.dirname, '../..');
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};
const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = ([path, { name }]: [string, Locked]): string => name ?? path.replace(/^.*node_modules\//, '');

describe('the packages that the service is installed with', () => {
  it('do not include the one that reports installations to a third party, under any name', () => {
    expect(installed.map(nameOf).filter((name) => name.startsWith('@scarf/'))).toEqual([]);
    expect(installed.map(([path]) => path).filter((path) => path.includes('@scarf/'))).toEqual([]);
  });

  it('run no script of theirs when they are installed for production', () => {
    const production = installed.filter(([, { dev }]) => !dev);
    expect(production.length).toBeGreaterThan(50);
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript).map(nameOf)).toEqual([]);
  });
});
