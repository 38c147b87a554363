import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from './settings-error.js';

/**
 * The secret that an embedded database keeps beside itself, in `secret` (mode 0600); made at first use.
 * Two processes that start concurrently get the same secret: the file appears whole or not at all.
 * @throws SettingsError when it can be neither read nor made
 */
export function embeddedSecret(dataDir: string): string {
  const file = join(dataDir, 'secret');
  try {
    return read(file) ?? create(dataDir, file);
  } catch (error) {
    throw new SettingsError([`DATA_DIR: expected a folder that this user may write (${(error as Error).message})`]);
  }
}

function create(dataDir: string, file: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  // On disk before it has its name: what is sealed under it must not outlive it.
  writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
