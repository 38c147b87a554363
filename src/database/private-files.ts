import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Read, write and execute for the group and for others. */
const OTHERS = 0o077;
/** What the service keeps in DATA_DIR. */
const OURS = /^(database|secret|lock|first-password)(\..+)?$/;
/** Windows has no modes of files. */
const HAS_MODES = process.platform !== 'win32';

/** From now on the files that this process makes are for its own user only. */
export function makeFilesPrivate(): void {
  if (HAS_MODES) process.umask(OTHERS);
}

/**
 * Takes from other users what they may do with the embedded database, its secret and the folder of both. PGlite makes the first files
 * of a database for everybody, whatever the umask. A folder that holds anything else too keeps its mode: it may be shared on purpose.
 * @returns what other users can still reach, with its mode, such as `/data/secret (mode 0644)`: because it belongs to another user, say
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
    // A file system that is read-only, or has no modes. The caller reports what stays open.
  }
}
