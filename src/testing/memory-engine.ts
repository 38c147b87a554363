import type { Extension } from '@electric-sql/pglite';
import { readFile } from 'node:fs/promises';
import { EmbeddedEngine } from '../database/embedded-engine.js';
import { EngineSource } from '../database/engine-source.js';
import { NEW_DATABASE } from '../database/new-database.js';
import { clockLead } from '../kernel/clock-lead.js';

/** What an extension may change before PGlite loads PostgreSQL. PGlite itself has no type for it. */
interface Loading {
  readonly instantiateWasm: (imports: Imports, done: unknown) => unknown;
}

/** The functions that PostgreSQL in WebAssembly calls. This one returns the time, in milliseconds since 1970. */
interface Imports {
  readonly env: { readonly emscripten_date_now: () => number };
}

/** PostgreSQL gets the time of the test's clock. */
const movedClock: Extension = {
  name: 'moved clock',
  setup: (_pg, given) => {
    const loading = given as Loading;
    const instantiateWasm: Loading['instantiateWasm'] = (imports, done) => {
      const { env } = imports;
      const moved = { ...env, emscripten_date_now: () => env.emscripten_date_now() + clockLead.ms };
      return loading.instantiateWasm({ ...imports, env: moved }, done);
    };
    return Promise.resolve({ emscriptenOpts: { ...loading, instantiateWasm } });
  },
};

/** A new database in memory, which a thousand files on a disk would make slower to start. Its clock is that of the test. */
export class MemoryEngine extends EngineSource {
  async open(): Promise<EmbeddedEngine> {
    const loadDataDir = new Blob([await readFile(NEW_DATABASE)]);
    return EmbeddedEngine.open({ loadDataDir, extensions: { movedClock } });
  }
}
