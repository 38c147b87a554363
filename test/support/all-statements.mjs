import { namesInCode, recordedNames } from './statement-record.mjs';

/** Those of the embedded database's own job. */
const EMBEDDED = ['embedded-flush-counters', 'maintenance-most-due', 'maintenance-wal-since-checkpoint'];

/**
 * A reporter of Jest. It fails a whole run on PostgreSQL in which no service sent a statement of docs/statements.sql: then a file left
 * the run (`jest.postgres.config.js`) that PostgreSQL still has to prove.
 */
export default class AllStatements {
  #isWhole;
  #error;

  constructor({ nonFlagArgs, testNamePattern, onlyChanged, onlyFailures, shard }) {
    this.#isWhole = nonFlagArgs.length === 0 && !testNamePattern && !onlyChanged && !onlyFailures && !shard;
  }

  onRunComplete() {
    const recorded = recordedNames();
    const missing = namesInCode().filter((name) => !recorded.has(name) && !EMBEDDED.includes(name));
    const text = `Statements that no service of this run sent: ${missing.join(', ') || 'none'}.\n`;
    if (this.#isWhole || process.env.STATEMENTS) process.stderr.write(text);
    if (this.#isWhole && missing.length > 0) this.#error = new Error(text);
  }

  /** Makes Jest fail the run. */
  getLastError() {
    return this.#error;
  }
}
