import type { PGlite } from '@electric-sql/pglite';
import { Logger } from '@nestjs/common';
import { join } from 'node:path';
import pg from 'pg';
import { SettingsError } from '../config/settings-error.js';
import { EmbeddedEngine } from './embedded-engine.js';
import type { EngineSource } from './engine-source.js';
import { lockFolder } from './folder-lock.js';
import { unpackNewDatabase } from './new-database.js';
import { PgliteStream } from './pglite-stream.js';
import { closeToOthers, makeFilesPrivate } from './private-files.js';

const logger = new Logger('EmbeddedDatabase');

/**
 * PostgreSQL inside this process, with its files in `<folder>/database`. PGlite writes each commit to the files before it acknowledges the
 * commit, so commits survive a crash of the process. They may not survive a crash of the machine, because PGlite does not call fsync. The
 * real `pg` driver connects through `driver`, so types, errors and transactions are those of PostgreSQL.
 */
export class EmbeddedDatabase {
  private constructor(
    private readonly engine: PGlite,
    private readonly unlock: () => void,
  ) {}

  /**
   * Opens the database, or creates it. Its files are private to the user of this process. If other users can still reach a file, a warning
   * names it. With another engine, the folder is locked too, but the database need not be in it.
   * @throws FolderInUseError while another process has the folder open; SettingsError when the folder cannot be used
   */
  static async open(folder: string, other?: EngineSource): Promise<EmbeddedDatabase> {
    makeFilesPrivate();
    const unlock = lockFolder(folder);
    try {
      const engine = await (other?.open() ?? openEngine(join(folder, 'database')));
      const open = closeToOthers(folder);
      if (open.length > 0) {
        const what = `Other users of this machine can reach ${open.join(', ')}.`;
        logger.warn(`${what} Give them to the user who runs the service alone, or run: chmod go= PATH`);
      }
      return new EmbeddedDatabase(engine, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** The `pg` driver with a pool of one connection to this database. The end of the pool closes the database. */
  driver(): typeof pg {
    const stream = () => new PgliteStream(this.engine);
    const close = () => this.close();
    class EmbeddedPool extends pg.Pool {
      constructor(options: pg.PoolConfig) {
        super({ ...options, max: 1, idleTimeoutMillis: 0, user: 'postgres', database: 'postgres', stream });
      }

      override end(): Promise<void>;
      override end(callback: (error?: Error) => void): void;
      override end(callback?: (error?: Error) => void): Promise<void> | void {
        const ended = super.end().then(close);
        if (!callback) return ended;
        ended.then(() => {
          callback();
        }, callback);
      }
    }
    return { ...pg, Pool: EmbeddedPool };
  }

  /** Writes all changes to the files, closes them and unlocks the folder. */
  private async close(): Promise<void> {
    await this.engine.close();
    this.unlock();
  }
}

async function openEngine(path: string): Promise<EmbeddedEngine> {
  try {
    await unpackNewDatabase(path);
    return await EmbeddedEngine.open({ dataDir: path });
  } catch (error) {
    throw new SettingsError([
      `DATA_DIR: the embedded database in ${path} cannot be opened (${(error as Error).message}); expected files that a service of ` +
        'this version wrote, room on the disk, and memory. If they are damaged, restore a copy of the folder',
    ]);
  }
}
