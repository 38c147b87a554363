import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { setFlagsFromString } from 'node:v8';

/** The default is 128 MB, and the engine writes all of them when it starts. The operating system caches the same files. */
const SETTINGS = ['shared_buffers=16MB'];

/**
 * V8 optimises a function of the engine after it has executed about so many bytes. Its own figure makes it optimise hundreds of functions
 * during the start, which costs half a second of a processor and 70 MB, and the optimised code is hardly faster.
 */
const OPTIMISE_AFTER_BYTES = 540_000_000;

/** PGlite, with what the service needs of it. */
export class EmbeddedEngine extends PGlite {
  private constructor(options: PGliteOptions) {
    super({
      ...options,
      startParams: [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])],
    });
  }

  /** Opens the database in a folder (`dataDir`), or a copy of an archive in memory. @throws Error when its files cannot be used */
  static async open(options: Pick<PGliteOptions, 'dataDir' | 'loadDataDir' | 'extensions'>): Promise<EmbeddedEngine> {
    setFlagsFromString(`--wasm-tiering-budget=${OPTIMISE_AFTER_BYTES}`);
    const engine = new EmbeddedEngine(options);
    await engine.waitReady;
    return engine;
  }

  /** PGlite would read all types for its own parsers. The service uses the parsers of the driver. */
  override async _initArrayTypes(): Promise<void> {
    // Nothing to read.
  }
}
