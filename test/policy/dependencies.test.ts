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
const { peerDependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
  'peerDependencies' | 'devDependencies',
  Record<string, string>
>;
const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = ([path, { name }]: [string, Locked]): string => name ?? path.replace(/^.*node_modules\//, '');

describe('the packages that are installed with the service', () => {
  it('do not include, under any name, the package that reports installations to a third party', () => {
    expect(installed.map(nameOf).filter((name) => name.startsWith('@scarf/'))).toEqual([]);
    expect(installed.map(([path]) => path).filter((path) => path.includes('@scarf/'))).toEqual([]);
  });

  it('include the peer dependencies, which npm would omit if they were also for development', () => {
    const peers = Object.keys(peerDependencies);
    expect(peers).toEqual(
      expect.arrayContaining(['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs', 'typeorm']),
    );
    expect(peers.filter((name) => name in devDependencies)).toEqual([]);
    expect(peers.filter((name) => packages[`node_modules/${name}`]?.dev !== undefined)).toEqual([]);
  });

  it('run no install scripts in a production installation', () => {
    const production = installed.filter(([, { dev }]) => !dev);
    expect(production.length).toBeGreaterThan(50);
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript).map(nameOf)).toEqual([]);
  });
});
