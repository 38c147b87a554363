import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEFINITION_FILES } from './definition-places.js';
import { DefinitionError, demandOwn, type TesseraDefinition } from './definition.js';

const SOURCES = ['tessera.config.ts', 'tessera.config.mts', 'src/tessera.config.ts', 'src/tessera.config.mts'];
const COMPILE_FIRST =
  'Compile it first, for example by `npx tsc`. Nest needs the metadata of decorators, which Node.js does not make when it runs TypeScript.';

/**
 * Loads the definition of the working folder, or the named file. Without a file, the service has no additional modules.
 * @throws DefinitionError that names the file and says why it cannot be used
 */
export async function loadDefinition(named?: string): Promise<TesseraDefinition> {
  const file = named === undefined ? found() : readable(named);
  if (file === undefined) return {};
  const definition = defaultOf(await imported(file));
  demandOwn(definition, file);
  return definition;
}

function found(): string | undefined {
  const [file, other] = DEFINITION_FILES.filter((name) => existsSync(name));
  if (other !== undefined)
    throw new DefinitionError(`There are ${file} and ${other}. Delete one, or name one: --config ${file}`);
  const source = SOURCES.find((name) => existsSync(name));
  if (file === undefined && source !== undefined)
    throw new DefinitionError(`${source} is not compiled. ${COMPILE_FIRST}`);
  return file;
}

function readable(named: string): string {
  if (/\.[mc]?ts$/.test(named)) throw new DefinitionError(`${named} is TypeScript. ${COMPILE_FIRST}`);
  if (!statSync(named, { throwIfNoEntry: false })?.isFile()) throw new DefinitionError(`There is no file ${named}.`);
  return relative('', named) || named;
}

async function imported(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    // The definition and the modules that it imports are the team's: an error of one needs its place.
    const { message, stack = message } = error as Error;
    throw new DefinitionError(error instanceof DefinitionError ? `${file}: ${message}` : `${file} fails: ${stack}`);
  }
}

/** The default export. CommonJS that a compiler made of it has it as a member of another one. */
function defaultOf(module: Readonly<Record<string, unknown>>): unknown {
  const { default: exported } = module as { default?: { default?: unknown } };
  return exported?.default ?? exported;
}
