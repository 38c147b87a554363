import { namesInCode, recordedNames } from './statement-record.mjs';

/**
 * Those of the embedded database's own job; those of pages of clients that are too large for one answer, which no test has: they differ in
 * the table alone from those of the other resources; and what is only sent when another process writes, or a user signs in, at a certain
 * moment. `database/statements.test.ts` prepares these too.
 */
const NOT_ALWAYS_SENT = [
  ...['embedded-flush-counters', 'maintenance-most-due', 'maintenance-wal-since-checkpoint'],
  ...['clients-read-slice', 'clients-shown'],
  ...['audit-still-writing', 'session-end-others'],
];

/**
 * A reporter of Jest. It fails a whole run on PostgreSQL in which no service sent a statement of docs/statements.sql: then a file left
 * the run (`jest.postgres.config.js`) that PostgreSQL still has to prove. With STATEMENTS=1 it lists them after a part of a run too.
 */
export default class AllStatements {
  #isWhole;
  #error;

  constructor({ nonFlagArgs, testNamePattern, onlyChanged, onlyFailures, shard }) {
    this.#isWhole = nonFlagArgs.length === 0 && !testNamePattern && !onlyChanged && !onlyFailures && !shard;
  }

  onRunComplete() {
    const recorded = recordedNames();
    const missing = namesInCode().filter((name) => !recorded.has(name) && !NOT_ALWAYS_SENT.includes(name));
    const text = `Statements that no service of this run sent: ${missing.join(', ') || 'none'}.\n`;
    if (this.#isWhole || process.env.STATEMENTS) process.stderr.write(text);
    if (this.#isWhole && missing.length > 0) this.#error = new Error(text);
  }

  /** Makes Jest fail the run. */
  getLastError() {
    return this.#error;
  }
}
