import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { QUICK_START } from '../support/fixtures.mjs';
import { freePort } from '../support/free-port.mjs';
import { track } from './leftovers.mjs';

/** On a busy machine too. */
const START_LIMIT_MS = 120_000;
const LOG_LENGTH = 2_000_000;
/** Of what it wrote last, so much is told of one that ended by itself. */
const LAST_WORDS = 2_000;

/** The program to torture: the build, unless `--dist` names another. */
export const program = { dist: new URL('../../dist', import.meta.url).pathname };

/** One process of the service, which can be killed and started again on the same port. */
export class Replica {
  #child;
  #output = '';
  /** The process that has answered, and the one that was told to end. */
  #serving;
  #ending;
  /** How it ended each time that nobody ended it, with what it wrote last. */
  deaths = [];
  /** Told of all that it writes, line by line. */
  onLine;

  static async create(environment) {
    return new Replica(await freePort(), environment);
  }

  constructor(port, environment) {
    this.port = port;
    this.environment = environment;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it and waits until it answers; from now on with these settings too. */
  async start(changes = {}) {
    Object.assign(this.environment, changes);
    const env = { PATH: process.env.PATH, PORT: String(this.port), LOG_LEVEL: 'warn', ...this.environment };
    const deadline = performance.now() + START_LIMIT_MS;
    this.#spawn(env);
    while (!(await isLive(this.url))) {
      if (performance.now() > deadline) throw new Error(`The service did not start:\n${this.#output.slice(-4_000)}`);
      if (this.#child.exitCode !== null) {
        if (!env.DATABASE_URL) throw new Error(`The service gave up its start:\n${this.#output.slice(-4_000)}`);
        // Without its database it gives up after a while; whoever looks after it starts it again.
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

  /** Stops all that it does for a while, as a machine that is short of time or memory does, and lets it go on. */
  async freeze(milliseconds) {
    this.#child.kill('SIGSTOP');
    await pause(milliseconds);
    this.#child.kill('SIGCONT');
  }

  /** What it wrote last. */
  get log() {
    return this.#output;
  }

  /** Its memory in MiB and how many files and sockets it has open, as the system sees it. */
  usage() {
    const { pid } = this.#child;
    const pages = readFileSync(`/proc/${pid}/status`, 'utf8');
    const memory = Number(/VmRSS:\s+(\d+)/.exec(pages)?.[1]) / 1024;
    return { memory, files: readdirSync(`/proc/${pid}/fd`).length };
  }

  #spawn(env) {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = track(spawn(process.execPath, [...QUICK_START, `${program.dist}/main.js`], { env, stdio }));
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
