import { existsSync } from 'node:fs';

/** Where a definition is looked for, from the working folder. TypeScript usually compiles into `dist`. */
export const DEFINITION_FILES = [
  'tessera.config.js',
  'tessera.config.mjs',
  'dist/tessera.config.js',
  'dist/tessera.config.mjs',
];

/** Whether the working folder has a definition that is compiled. It loads nothing else, so a process may ask before it chooses what to load. */
export function hasDefinition(): boolean {
  return DEFINITION_FILES.some((name) => existsSync(name));
}
