import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from './settings-error.js';

/**
 * The secret of an embedded database, kept beside it in the file `secret` (mode 0600) and made at first use. Two processes that start
 * concurrently get the same secret, because the file appears complete or not at all.
 * @throws SettingsError when the secret can be neither read nor made
 */
function embeddedSecret(dataDir: string): string {
  const file = join(dataDir, 'secret');
  try {
    return read(file) ?? create(dataDir, file);
  } catch (error) {
    throw new SettingsError([`DATA_DIR: expected a folder that this user may write to (${(error as Error).message})`]);
  }
}

function create(dataDir: string, file: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  // The file is synced to disk before it gets its name. Otherwise data sealed under the secret might survive a crash that loses the secret.
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

/** The given secret, or with the embedded database the secret of its folder. */
export function secretOf(given: NodeJS.ProcessEnv): string | undefined {
  return given['TESSERA_SECRET'] ?? (given['DATABASE_URL'] ? undefined : embeddedSecret(given['DATA_DIR'] ?? './data'));
}
