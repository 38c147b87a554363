import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The embedded database's folder is in use by another process. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';

  constructor(folder: string, owner: number) {
    super(
      `The embedded database in ${folder} is in use by process ${owner}. It serves one process at a time: ` +
        `stop that process first, or set DATABASE_URL to run several on one PostgreSQL.`,
    );
  }
}

/**
 * Claims a folder for this process and returns what gives it back. A claim left by a process that died is taken over at once.
 * @throws FolderInUseError while another live process holds the folder
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = join(folder, 'lock');
  const draft = `${lock}.${process.pid}`;
  writeFileSync(draft, `${process.pid}\n`);
  try {
    while (!claim(draft, lock)) {
      const owner = readOwner(lock);
      if (owner === undefined) continue;
      if (isAlive(owner)) throw new FolderInUseError(folder, owner);
      removeStale(lock, owner);
    }
  } finally {
    unlinkSync(draft);
  }
  return () => {
    if (readOwner(lock) === process.pid) unlinkSync(lock);
  };
}

function claim(draft: string, lock: string): boolean {
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A container's main process always has the same number: a lock in our own name is from an earlier life. */
function isAlive(owner: number): boolean {
  if (owner === process.pid || !Number.isSafeInteger(owner) || owner < 1) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Moves the lock aside before it is deleted, so that of two processes that saw it stale, none deletes the other's new one. */
function removeStale(lock: string, owner: number): void {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readOwner(aside) !== owner) linkSync(aside, lock);
  unlinkSync(aside);
}
