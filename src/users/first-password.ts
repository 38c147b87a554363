import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A user's random password, which no person has seen yet. */
export interface FirstPassword {
  readonly email: string;
  readonly password: string;
}

const CONTENT = /^e-mail {4}(?<email>\S+)\npassword {2}(?<password>\S+)\n$/;

/** The file of the first administrator's random password: `first-password` in DATA_DIR, for the service's user only (mode 0600). */
export class FirstPasswordFile {
  readonly path: string;

  constructor(private readonly folder: string) {
    this.path = resolve(folder, 'first-password');
  }

  /** Reads the file; undefined when there is no file, or when this process may not read it. */
  read(): FirstPassword | undefined {
    try {
      return CONTENT.exec(readFileSync(this.path, 'utf8'))?.groups as FirstPassword | undefined;
    } catch {
      return undefined;
    }
  }

  delete(): void {
    rmSync(this.path, { force: true });
  }

  /**
   * Writes the file under a temporary name, because another process may be creating the same administrator. The caller then renames the
   * draft to the final name (`keep`), or discards it.
   * @throws Error when the folder cannot be written
   */
  draft({ email, password }: FirstPassword): { keep(): void; discard(): void } {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const draft = join(this.folder, `first-password.${randomUUID()}`);
    // The file is synced to disk before the user is created, because the database contains only the password's hash.
    writeFileSync(draft, `e-mail    ${email}\npassword  ${password}\n`, { mode: 0o600, flag: 'wx', flush: true });
    return {
      keep: () => {
        renameSync(draft, this.path);
      },
      discard: () => {
        rmSync(draft, { force: true });
      },
    };
  }
}
