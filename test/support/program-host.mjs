import { fork } from 'node:child_process';
import { join } from 'node:path';
import { CACHE, QUICK_START } from './fixtures.mjs';

const PROGRAM = join(import.meta.dirname, 'host-program.mjs');
/** A host ends after so many programs: what they leave behind in the process, such as the memory of an engine, must not add up. */
const PROGRAMS_PER_HOST = 20;
/** So many hosts may be idle: most tests need one service, some of them two, and few need one of a team. */
const IDLE = { bundled: 2, files: 1 };

/** The hosts without a program. All files that a worker of Jest runs share them. */
const idle = [];

/**
 * Runs a program in a host that is idle or new: a service, or with an `input` a command. `onOutput` gets a text, and whether it is an error
 * output.
 */
export function runHosted({ program, args = [], env, input }, onOutput) {
  // The service's own programs run the bundle, and those of a team import its files: a host has only one of both in its memory.
  const kind = program.startsWith(CACHE) ? 'files' : 'bundled';
  const found = idle.findIndex((host) => host.kind === kind);
  const host = found < 0 ? new ProgramHost(kind) : idle.splice(found, 1)[0];
  return host.run({ program, args, env, input }, onOutput);
}

/**
 * A process that runs programs, one after another: it loads the service's code only once, which is two thirds of the work of a start.
 * Without a program it does not keep this process alive, and it ends with this process.
 */
class ProgramHost {
  #program;
  #count = 0;

  constructor(kind) {
    this.kind = kind;
    const env = { PATH: process.env.PATH, NODE_ENV: 'test' };
    const execArgv = [...QUICK_START, '--throw-deprecation'];
    this.process = fork(PROGRAM, { env, execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.process.on('message', (message) => this.#program?.hear(message));
    this.process.on('close', (code) => {
      if (idle.includes(this)) idle.splice(idle.indexOf(this), 1);
      this.#program?.end(code);
    });
    for (const stream of this.#streams())
      stream.setEncoding('utf8').on('data', (text) => this.#program?.read(text, stream === this.process.stderr));
  }

  run(given, onOutput) {
    for (const handle of this.#handles()) handle.ref();
    this.#count++;
    this.#program = new HostedProgram(this.process, onOutput);
    void this.#program.ended.then(() => this.#rest());
    this.process.send(given);
    return this.#program;
  }

  #rest() {
    this.#program = undefined;
    for (const handle of this.#handles()) handle.unref();
    if (!this.process.connected) return;
    const others = idle.filter(({ kind }) => kind === this.kind).length;
    if (this.#count < PROGRAMS_PER_HOST && others < IDLE[this.kind]) idle.push(this);
    else this.process.kill('SIGKILL');
  }

  #streams() {
    return [this.process.stdout, this.process.stderr];
  }

  #handles() {
    return [this.process, this.process.channel, ...this.#streams()].filter(Boolean);
  }
}

/** A program in a host, with what tests use of a process. */
class HostedProgram {
  /** Undefined while it runs; null when a signal ended it. */
  exitCode;
  #host;
  #onOutput;
  #resolveListening;
  #resolveEnded;
  #code = 0;
  /** What says the end: a message, and a zero byte in both streams. */
  #awaited = 3;

  constructor(host, onOutput) {
    this.#host = host;
    this.#onOutput = onOutput;
    this.listening = new Promise((resolve) => (this.#resolveListening = resolve));
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  get pid() {
    return this.#host.pid;
  }

  kill(signal) {
    if (this.exitCode === undefined) this.#host.kill(signal);
  }

  hear({ isListening, code }) {
    if (isListening) this.#resolveListening();
    else {
      this.#code = code;
      this.#endAfter(1);
    }
  }

  /** Reads from a stream; the part of this program ends with a zero byte. */
  read(text, isError) {
    const [said, ...ends] = text.split('\u0000');
    this.#onOutput(said, isError);
    this.#endAfter(ends.length);
  }

  end(code) {
    if (this.exitCode !== undefined) return;
    this.exitCode = code;
    this.#resolveEnded();
  }

  #endAfter(count) {
    this.#awaited -= count;
    if (this.#awaited === 0) this.end(this.#code);
  }
}
