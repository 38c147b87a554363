import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Read, write and execute for the group and for others. */
const OTHERS = 0o077;
/** What the service keeps in DATA_DIR. */
const OURS = /^(database|(secret|lock|first-password)(\..+)?)$/;

/**
 * Lets this process make files for its own user only, and takes from others what they may do with the embedded database, its secret and
 * the folder of both. A folder that holds anything else too keeps its mode: it may be shared on purpose. Windows has no such modes.
 * @returns what other users can still reach, each with its mode, such as `/data/secret (mode 0644)`: it belongs to another user, say
 */
export function closeToOthers(folder: string): string[] {
  if (process.platform === 'win32') return [];
  process.umask(OTHERS);
  const names = readdirSync(folder);
  const ours = names.filter((name) => OURS.test(name)).map((name) => join(folder, name));
  for (const path of ours) tighten(path);
  if (ours.length === names.length) tighten(folder, false);
  return [folder, ...ours].filter(isOpen).map((path) => `${path} (mode 0${(modeOf(path) & 0o7777).toString(8)})`);
}

/** What lies in an open folder comes first: a process that dies meanwhile leaves the folder open, and the next start goes on. */
function tighten(path: string, isDeep = true): void {
  const { mode, uid } = statSync(path);
  if ((mode & OTHERS) === 0 || uid !== process.getuid?.()) return;
  if (isDeep) for (const child of childrenOf(path)) tighten(child);
  try {
    chmodSync(path, mode & ~OTHERS & 0o7777);
  } catch {
    // A file system that is read-only, or has no modes. The caller reports what stays open.
  }
}

function childrenOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map(({ name }) => join(path, name));
}

function isOpen(path: string): boolean {
  return (modeOf(path) & OTHERS) !== 0;
}

function modeOf(path: string): number {
  return statSync(path).mode;
}
