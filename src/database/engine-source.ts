import type { EmbeddedEngine } from './embedded-engine.js';

/**
 * Opens another engine for the embedded database than the one on the files of DATA_DIR. The service itself provides none; a test of a team
 * does, and lint checks that nothing but `testing/` imports this class.
 */
export abstract class EngineSource {
  abstract open(): Promise<EmbeddedEngine>;
}
