import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';

/** A new database of the engine, as the build made it. */
const ARCHIVE = join(import.meta.dirname, 'new-database.tgz');

/**
 * Unpacks a new, empty database to this path unless something is there. The engine could create one itself, which takes seconds and 800 MB
 * of memory. The folder gets its name when it is whole: a process that ends halfway leaves nothing that the next start would open.
 */
export async function unpackNewDatabase(path: string): Promise<void> {
  if (existsSync(path)) return;
  const unfinished = `${path}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  await extract({ file: ARCHIVE, cwd: unfinished, preserveOwner: false, strict: true });
  await rename(unfinished, path);
}
