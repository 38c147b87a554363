import { transformFile } from '@swc/core';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CACHE } from './fixtures.mjs';

/** Compiles a file of this folder, as a team compiles its own, into the folder of the cache: there it imports the built service. */
export async function compile(file: string): Promise<void> {
  const { code } = await transformFile(join(import.meta.dirname, file), {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      target: 'es2022',
    },
    module: { type: 'es6' },
  });
  const target = join(CACHE, file.replace(/ts$/, 'js'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code.replaceAll('../../src/', '../../dist/'));
}
