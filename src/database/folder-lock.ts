import { closeSync, fstatSync, ftruncateSync, mkdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from '../config/settings-error.js';
import { openLocked } from './kernel-lock.js';

/** An owner with a kernel lock writes this sign before its process id. `Number` parses the id with or without the sign. */
const BY_KERNEL = '+';

/** The embedded database's folder is in use by another process. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';

  constructor(folder: string, owner: number | undefined) {
    super(
      `The embedded database in ${folder} is in use by ${describe(owner)}. It serves one process at a time: ` +
        `stop that process first, or set DATABASE_URL to run several on one PostgreSQL.`,
    );
  }
}

/**
 * Locks a folder for this process and returns the function that unlocks it. The lock is a kernel lock on the file `lock`: it ends with its
 * process, and every container of the machine sees it. The file also names the owner.
 * @throws FolderInUseError while another process uses the folder
 * @throws SettingsError when the folder cannot be made or locked, so that the service cannot exclude another process
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock');
  for (;;) {
    const fd = open(folder, path);
    if (fd === undefined) throw new FolderInUseError(folder, Number(readOwner(path)) || undefined);
    const release = (): void => {
      ftruncateSync(fd);
      closeSync(fd);
    };
    const earlier = readOwner(path);
    // Versions without the kernel lock wrote only their process id.
    if (!earlier.startsWith(BY_KERNEL) && isAlive(Number(earlier))) {
      closeSync(fd);
      throw new FolderInUseError(folder, Number(earlier));
    }
    ftruncateSync(fd);
    writeSync(fd, `${BY_KERNEL}${process.pid}\n`, 0);
    // Such a version deletes the file of an owner that it assumes to be dead. Then this lock is on a file that no other process can find.
    if (isSameFile(fd, path)) return release;
    closeSync(fd);
  }
}

function open(folder: string, path: string): number | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openLocked(path);
  } catch (error) {
    throw new SettingsError([
      `DATA_DIR: the folder ${folder} cannot be locked for this process (${(error as Error).message.split('\n')[0]}); ` +
        `expected a folder that this user may write, on a file system that locks files. Without one, set DATABASE_URL`,
    ]);
  }
}

function readOwner(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function isSameFile(fd: number, path: string): boolean {
  const [ours, there] = [fstatSync(fd, { bigint: true }), statSync(path, { bigint: true, throwIfNoEntry: false })];
  return ours.ino === there?.ino && ours.dev === there.dev;
}

/**
 * The main process of a container always has the same id. So our own id in the file comes from an earlier run, or from another container.
 */
function isAlive(owner: number): boolean {
  if (owner === process.pid || !Number.isSafeInteger(owner) || owner < 1) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function describe(owner: number | undefined): string {
  if (owner === undefined) return 'another process';
  return isAlive(owner) ? `process ${owner}` : `process ${owner} of another container or machine`;
}
