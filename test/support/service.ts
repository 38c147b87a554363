import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../src/testing/free-port.js';
import { Client } from './client.js';
import { databaseUrl, deleteData, newData, settingsOf } from './data.js';
import { MAIN, QUICK_START } from './fixtures.mjs';

export { freePort };

/** Enough for a busy machine. */
const START_LIMIT_MS = 120_000;

/** The real service in its own process, on a copy of the image, on a free port. */
export class Service {
  private process: ChildProcess | undefined;
  private output = '';

  private constructor(
    /** The URL of the service, such as http://127.0.0.1:12345. */
    readonly url: string,
    readonly dataDir: string,
    private environment: NodeJS.ProcessEnv,
    private readonly main: string,
  ) {}

  /** Starts a service and waits until it answers. `main` is the program, by default the service's own. */
  static async start(environment: NodeJS.ProcessEnv = {}, main = MAIN): Promise<Service> {
    return Service.startOn(await newData(), environment, main);
  }

  /** Starts a service on existing data. */
  static async startOn(dataDir: string, environment: NodeJS.ProcessEnv = {}, main = MAIN): Promise<Service> {
    const port = await freePort();
    const base = { PATH: process.env['PATH'], NODE_ENV: 'test', PORT: String(port), ...settingsOf(dataDir) };
    const service = new Service(`http://127.0.0.1:${port}`, dataDir, { ...base, ...environment }, main);
    await service.resume();
    return service;
  }

  /**
   * Frees the data for a command or a statement. The embedded database allows one process, so the service ends until `resume`. On PostgreSQL
   * it goes on.
   */
  async freeData(): Promise<void> {
    if (databaseUrl(this.dataDir) === undefined) await this.end();
  }

  /** Starts the process again on the same port and data, unless it runs and no setting changes. The given settings also apply to later starts; undefined removes a setting. */
  async resume(changes: NodeJS.ProcessEnv = {}): Promise<void> {
    if (this.isRunning && Object.keys(changes).length === 0) return;
    this.environment = { ...this.environment, ...changes };
    this.process = spawn(process.execPath, [...QUICK_START, '--throw-deprecation', this.main], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await isLive(this.url))) {
      if (this.process.exitCode !== null || Date.now() > deadline)
        throw new Error(`The service did not start:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Freezes the process (SIGSTOP), or lets it continue (SIGCONT). */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.process?.kill(signal);
  }

  /** Ends the process, by default with the signal that an operator would send. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.process;
    if (!child) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  }

  /** Ends the process and deletes its data. */
  async dispose(): Promise<void> {
    await this.end();
    await deleteData(this.dataDir);
  }

  private get isRunning(): boolean {
    return this.process?.exitCode === null && this.process.signalCode === null;
  }

  /** The id of the process. */
  get pid(): number {
    const pid = this.process?.pid;
    if (pid === undefined) throw new Error('The service does not run.');
    return pid;
  }

  /** The output of the process, stdout and stderr. */
  get log(): string {
    return this.output;
  }

  /** A client with this `Authorization` header, or with none. */
  client(authorization?: string): Client {
    return new Client(this.url, authorization);
  }
}

async function isLive(url: string): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    (response) => response.ok,
    () => false,
  );
}
