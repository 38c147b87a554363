import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { showProgress } from './progress.mjs';
import { figuresOf, machine, table, writeResults } from './report.mjs';
import { measure, stepsOf } from './rounds.mjs';
import { ServerProcess } from './server-process.mjs';

const RESULTS = join(import.meta.dirname, '../../../bench-results');

const INTERRUPTED = 130;

/** Everything that a benchmark starts, and stops again however it ends. */
export class BenchSession {
  #stops = [];
  #isBrokenOff = false;
  logs = join(RESULTS, 'log');

  /** Runs a benchmark. A failure is reported in one line, and the logs of the servers are kept. */
  static async run(benchmark) {
    const session = new BenchSession();
    mkdirSync(session.logs, { recursive: true });
    process.once('SIGINT', () => session.#breakOff());
    try {
      await benchmark(session);
    } catch (error) {
      if (session.#isBrokenOff) return;
      console.error(error.message);
      process.exitCode = 1;
    } finally {
      await session.#end();
    }
  }

  /** Registers a function that runs at the end. */
  onEnd(stop) {
    this.#stops.push(stop);
  }

  /** Starts a server that is stopped at the end. */
  async start(name, main, env) {
    const server = await ServerProcess.start({ main, env, log: join(this.logs, `${name}.log`) });
    this.onEnd(() => server.stop());
    return server;
  }

  /** Measures the contenders as planned, with a progress display. */
  async measure(contenders, { plan, databaseUsage }) {
    const progress = showProgress(stepsOf(contenders, plan));
    try {
      return figuresOf(await measure(contenders, { plan, databaseUsage, onStep: progress.next }));
    } finally {
      progress.stop();
    }
  }

  async #breakOff() {
    this.#isBrokenOff = true;
    console.error('\nInterrupted.');
    await this.#end().catch(() => undefined);
    process.exit(INTERRUPTED);
  }

  /** Stops everything, in reverse order. */
  async #end() {
    while (this.#stops.length > 0) await this.#stops.pop()();
  }
}

/** Prints the table and writes the files. `about` describes the machine, the database and the method. */
export function report(name, { figures, about, isMarkdown }) {
  const whole = { ...about, machine: machine(), date: new Date().toISOString() };
  console.log([`${whole.machine}; ${whole.database}`, whole.method, ...(whole.notes ?? []), ''].join('\n'));
  console.log(table(figures, { markdown: isMarkdown }));
  console.log(`\n${writeResults(RESULTS, name, { figures, about: whole }).join('\n')}`);
}
