import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { QUICK_START } from '../support/fixtures.mjs';
import { freePort } from '../support/free-port.mjs';
import { track } from './leftovers.mjs';

/** Long enough for a busy machine. */
const START_LIMIT_MS = 120_000;
const LOG_LENGTH = 2_000_000;
/** How many characters of its last output are reported when a process ended unexpectedly. */
const LAST_WORDS = 2_000;

/** The build to torture, unless `--dist` names another. Its server is `main.js`, unless `--main` names another. */
export const program = { dist: new URL('../../dist', import.meta.url).pathname };

/** One process of the service, which can be killed and started again on the same port. */
export class Replica {
  #child;
  #output = '';
  /** The process that has answered, and the process that was asked to end. */
  #serving;
  #ending;
  /** How the process ended each time when nobody had ended it, with its last output. */
  deaths = [];
  /** Called with every line that the process writes. */
  onLine;

  static async create(environment) {
    return new Replica(await freePort(), environment);
  }

  constructor(port, environment) {
    this.port = port;
    this.environment = environment;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts the process and waits until it answers. The changed settings also apply to later starts. */
  async start(changes = {}) {
    Object.assign(this.environment, changes);
    const env = { PATH: process.env.PATH, PORT: String(this.port), LOG_LEVEL: 'warn', ...this.environment };
    const deadline = performance.now() + START_LIMIT_MS;
    this.#spawn(env);
    while (!(await isLive(this.url))) {
      if (performance.now() > deadline) throw new Error(`The service did not start:\n${this.#output.slice(-4_000)}`);
      if (this.#child.exitCode !== null) {
        if (!env.DATABASE_URL) throw new Error(`The service gave up its start:\n${this.#output.slice(-4_000)}`);
        // Without its database the process gives up after a while. A supervisor would start it again.
        this.#spawn(env);
      }
      await pause(25);
    }
    this.#serving = this.#child;
  }

  async stop(signal = 'SIGKILL') {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    this.#ending = child;
    child.kill(signal);
    await exited;
  }

  /** Stops the process for a while, as a machine short of time or memory does, and then lets it continue. */
  async freeze(milliseconds) {
    this.#child.kill('SIGSTOP');
    await pause(milliseconds);
    this.#child.kill('SIGCONT');
  }

  /** The last output of the process. */
  get log() {
    return this.#output;
  }

  /** The memory of the process in MiB, and how many files and sockets it has open, as the system reports them. */
  usage() {
    const { pid } = this.#child;
    const pages = readFileSync(`/proc/${pid}/status`, 'utf8');
    const memory = Number(/VmRSS:\s+(\d+)/.exec(pages)?.[1]) / 1024;
    return { memory, files: readdirSync(`/proc/${pid}/fd`).length };
  }

  #spawn(env) {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const main = program.main ?? `${program.dist}/main.js`;
    const child = track(spawn(process.execPath, [...QUICK_START, main], { env, stdio }));
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.#output = (this.#output + text).slice(-LOG_LENGTH)));
      createInterface({ input: stream }).on('line', (line) => this.onLine?.(line));
    }
    child.once('exit', (code, signal) => {
      if (child === this.#serving && child !== this.#ending)
        this.deaths.push(`${this.url} ended with ${code ?? signal}:\n${this.#output.slice(-LAST_WORDS)}`);
    });
  }
}

async function isLive(url) {
  return fetch(`${url}/health/live`).then(
    (response) => response.ok,
    () => false,
  );
}
