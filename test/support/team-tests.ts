import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as testing from '../../src/testing/testing.js';
import { compile } from './compile.js';
import { CACHE } from './fixtures.mjs';

type NestModules = NonNullable<NonNullable<Parameters<typeof testing.startTessera>[0]>['modules']>;

const DIST = join(import.meta.dirname, '../../dist');

/** What a team's tests import as `tessera/testing`: of the build, which has the archive of a new database. */
export const { startTessera, policyFaults } = (await import(join(DIST, 'testing/testing.js'))) as typeof testing;

/** The modules that a file of this folder exports, compiled for the build. */
export async function builtModules(source: `${string}.module.ts`): Promise<NestModules> {
  const folder = dirname(source);
  const sources =
    folder === '.' ? [source] : readdirSync(join(import.meta.dirname, folder)).map((file) => join(folder, file));
  for (const file of sources) await compile(file);
  const exported = (await import(join(CACHE, source.replace(/ts$/, 'js')))) as Record<string, NestModules[number]>;
  return Object.values(exported);
}
