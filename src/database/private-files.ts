import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Read, write and execute for the group and for others. */
const OTHERS = 0o077;
/** The names of the service's own files in DATA_DIR. */
const OURS = /^(database|secret|lock|first-password)(\..+)?$/;
/** Windows has no file modes. */
const HAS_MODES = process.platform !== 'win32';

/** From now on, only the user of this process can access the files that it makes. */
export function makeFilesPrivate(): void {
  if (HAS_MODES) process.umask(OTHERS);
}

/**
 * Removes the permissions of other users on the embedded database, its secret and the folder of both. PGlite ignores the umask for the
 * first files of a database and makes them readable by everybody. If the folder contains other files too, it keeps its mode, because it may
 * be shared on purpose.
 * @returns the paths that other users can still reach, each with its mode, such as `/data/secret (mode 0644)`. For example, a
 * path may belong to another user.
 */
export function closeToOthers(folder: string): string[] {
  if (!HAS_MODES) return [];
  const names = readdirSync(folder);
  const ours = names.filter((name) => OURS.test(name)).map((name) => join(folder, name));
  if (ours.length === names.length) close(folder);
  for (const path of ours) closeAll(path);
  return [folder, ...ours]
    .map((path) => ({ path, mode: statSync(path).mode & 0o7777 }))
    .filter(({ mode }) => (mode & OTHERS) !== 0)
    .map(({ path, mode }) => `${path} (mode 0${mode.toString(8)})`);
}

function closeAll(path: string): void {
  close(path);
  if (!statSync(path).isDirectory()) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) closeAll(join(path, entry.name));
    else if (entry.isFile()) close(join(path, entry.name));
  }
}

function close(path: string): void {
  const { mode, uid } = statSync(path);
  if ((mode & OTHERS) === 0 || uid !== process.getuid?.()) return;
  try {
    chmodSync(path, mode & ~OTHERS & 0o7777);
  } catch {
    // The file system may be read-only, or may have no modes. The caller reports the paths that stay open.
  }
}
