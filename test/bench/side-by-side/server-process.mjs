import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../support/free-port.mjs';
import { ask } from './child.mjs';

const PROBE = join(import.meta.dirname, 'probe.mjs');
const STARTING_MS = 60_000;
const POLL_MS = 5;

/** A measured server: its own Node process, whose environment inherits only PATH from this process. */
export class ServerProcess {
  #child;
  #log;
  /** Milliseconds from its start to its first answer. */
  startMs;

  constructor(child, { port, log }) {
    this.#child = child;
    this.port = port;
    this.#log = log;
  }

  /** Starts `main` and waits for its first answer. The output goes into the file `log`, where a production log would go. */
  static async start({ main, env, log }) {
    const port = await freePort();
    const file = openSync(log, 'a');
    const child = spawn(process.execPath, ['--enable-source-maps', '--import', PROBE, main], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: String(port), ...env },
      stdio: ['ignore', file, file, 'ipc'],
    });
    closeSync(file);
    const server = new ServerProcess(child, { port, log });
    const begun = performance.now();
    await server.#firstAnswer();
    server.startMs = performance.now() - begun;
    return server;
  }

  get ports() {
    return [this.port];
  }

  /** The usage until now: `cpuMs`, `statements`, `roundTrips`; and the current `residentBytes`. */
  async usage() {
    const { usage } = await ask(this.#child, { ask: 'usage' });
    return usage;
  }

  /** This many refresh tokens, each of another user: `token` and `clientId`. */
  async issue(count) {
    const { tokens } = await ask(this.#child, { ask: 'issue', count });
    return tokens;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const isSlow = await Promise.race([gone.then(() => false), pause(10_000, true, { ref: false })]);
    if (isSlow) this.#child.kill('SIGKILL');
    await gone;
  }

  async #firstAnswer() {
    const end = performance.now() + STARTING_MS;
    while (!(await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => undefined))) {
      if (this.#child.exitCode !== null || performance.now() > end)
        throw new Error(`A server did not start: see ${this.#log}`);
      await pause(POLL_MS);
    }
  }
}
