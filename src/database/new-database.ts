import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';

/** An archive of a new database, which the build made. */
export const NEW_DATABASE = join(import.meta.dirname, 'new-database.tgz');

/**
 * Unpacks a new, empty database to this path, unless the path exists. The engine could create a database itself, but this takes seconds and
 * 800 MB of memory. The folder gets its final name only when it is complete. So if a process ends halfway, the next start does not open an
 * incomplete database.
 */
export async function unpackNewDatabase(path: string): Promise<void> {
  if (existsSync(path)) return;
  const unfinished = `${path}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  await extract({ file: NEW_DATABASE, cwd: unfinished, preserveOwner: false, strict: true });
  await rename(unfinished, path);
}
