import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { showProgress } from './progress.mjs';
import { figuresOf, machine, table, writeResults } from './report.mjs';
import { measure, stepsOf } from './rounds.mjs';
import { ServerProcess } from './server-process.mjs';

const RESULTS = join(import.meta.dirname, '../../../bench-results');

/** What a benchmark starts, and stops again however it ends. */
export class BenchSession {
  #stops = [];
  logs = join(RESULTS, 'log');

  constructor() {
    mkdirSync(this.logs, { recursive: true });
  }

  /** Lets `stop` run at the end. */
  onEnd(stop) {
    this.#stops.push(stop);
  }

  /** Starts a server that is stopped at the end. */
  async start(name, main, env) {
    const server = await ServerProcess.start({ main, env, log: join(this.logs, `${name}.log`) });
    this.onEnd(() => server.stop());
    return server;
  }

  /** Stops all, the last first. */
  async end() {
    for (const stop of this.#stops.reverse()) await stop();
  }

  /** Measures the contenders by the plan with a progress display. */
  async measure(contenders, { plan, walPosition }) {
    const progress = showProgress(stepsOf(contenders, plan));
    try {
      return figuresOf(await measure(contenders, { plan, walPosition, onStep: progress.next }));
    } finally {
      progress.stop();
    }
  }
}

/** Prints the table and writes the files; `about` says what was measured on what. */
export function report(name, { figures, about, isMarkdown }) {
  const whole = { ...about, machine: machine(), date: new Date().toISOString() };
  console.log([`${whole.machine}; ${whole.database}`, whole.method, ...(whole.notes ?? []), ''].join('\n'));
  console.log(table(figures, { markdown: isMarkdown }));
  console.log(`\n${writeResults(RESULTS, name, { figures, about: whole }).join('\n')}`);
}
