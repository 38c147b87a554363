import { transformFile } from '@swc/core';
import { mkdir, rename, writeFile } from 'node:fs/promises';
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
  await writeWhole(join(CACHE, file.replace(/ts$/, 'js')), code.replaceAll('../../src/', '../../dist/'));
}

/** Writes a file in one step: another suite may start a service with the same file at this moment. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
}
