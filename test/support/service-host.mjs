import { fork } from 'node:child_process';
import { join } from 'node:path';
import { MAIN, QUICK_START } from './fixtures.mjs';

const PROGRAM = join(import.meta.dirname, 'host-program.mjs');
/** A host ends after so many services: what they leave behind in the process, such as the memory of an engine, must not add up. */
const SERVICES_PER_HOST = 12;
/** Most tests need one service, and some of them two. */
const IDLE_HOSTS = 2;

/** The hosts without a service. All files that a worker of Jest runs share them. */
const idle = [];

/** Runs a program that starts the service, in a host that is idle or new. */
export function runHosted(program, env, onOutput) {
  // The service's own program runs the bundle, and the others import the files: a host has only one of both in its memory.
  const isBundled = program === MAIN;
  const found = idle.findIndex((host) => host.isBundled === isBundled);
  const host = found < 0 ? new ServiceHost(isBundled) : idle.splice(found, 1)[0];
  return host.run(program, env, onOutput);
}

/**
 * A process that runs services, one after another: it loads their code only once, which is two thirds of the work of a start. Without a
 * service it does not keep this process alive, and it ends with this process.
 */
class ServiceHost {
  #service;
  #served = 0;

  constructor(isBundled) {
    this.isBundled = isBundled;
    const env = { PATH: process.env.PATH, NODE_ENV: 'test' };
    const execArgv = [...QUICK_START, '--throw-deprecation'];
    this.process = fork(PROGRAM, { env, execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.process.on('message', (message) => this.#service?.hear(message));
    this.process.on('exit', (code) => {
      if (idle.includes(this)) idle.splice(idle.indexOf(this), 1);
      this.#service?.end(code);
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.setEncoding('utf8').on('data', (text) => this.#service?.read(text));
  }

  run(program, env, onOutput) {
    for (const handle of this.#handles()) handle.ref();
    this.#served++;
    this.#service = new HostedService(this.process, onOutput);
    void this.#service.ended.then(() => this.#rest());
    this.process.send({ program, env });
    return this.#service;
  }

  #rest() {
    this.#service = undefined;
    for (const handle of this.#handles()) handle.unref();
    if (!this.process.connected) return;
    if (this.#served < SERVICES_PER_HOST && idle.length < IDLE_HOSTS) idle.push(this);
    else this.process.kill('SIGKILL');
  }

  #handles() {
    return [this.process, this.process.channel, this.process.stdout, this.process.stderr].filter(Boolean);
  }
}

/** A service in a host, with what tests use of a process. */
class HostedService {
  /** Undefined while it runs; null when a signal ended it. */
  exitCode;
  #host;
  #onOutput;
  #resolveListening;
  #resolveEnded;
  /** What says the end: the service's last word, and the ends of both streams. */
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

  hear({ listening }) {
    if (listening) this.#resolveListening();
    else this.#endAfter(1);
  }

  read(text) {
    const [said, ...ends] = text.split('\u0000');
    this.#onOutput(said);
    this.#endAfter(ends.length);
  }

  end(code) {
    if (this.exitCode !== undefined) return;
    this.exitCode = code;
    this.#resolveEnded();
  }

  #endAfter(count) {
    this.#awaited -= count;
    if (this.#awaited === 0) this.end(0);
  }
}
