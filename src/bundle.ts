import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as commandLine from './cli/command-line.js';
import { hasDefinition } from './definition-places.js';
import type * as serve from './serve.js';

/** In a clone and in the image, the build writes this folder. The package does not have it: there, npm may update each dependency. */
const BUNDLE = join(import.meta.dirname, 'bundle');

interface Programs {
  serve: typeof serve;
  'command-line': typeof commandLine;
}

/**
 * Loads a program, with its packages, from a few files in place of two thousand: it starts in half the time. Undefined when there is no
 * bundle, and when the process may load the modules of a team. Those import Nest and this package as files, and a second copy of their
 * classes does not fit together with the first.
 */
export async function fromBundle<Name extends keyof Programs>(program: Name): Promise<Programs[Name] | undefined> {
  const file = join(BUNDLE, `${program}.mjs`);
  if (hasDefinition() || process.argv.some((argument) => argument.startsWith('--config')) || !existsSync(file))
    return undefined;
  return (await import(pathToFileURL(file).href)) as Programs[Name];
}
