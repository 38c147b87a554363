import { freePort } from '../../src/testing/free-port.js';
import { Client } from './client.js';
import { databaseUrl, deleteData, newData, settingsOf } from './data.js';
import { MAIN } from './fixtures.mjs';
import type { ProgramProcess } from './program-host.mjs';
import { startService, type Program } from './service-process.js';

export { freePort };

/** Enough for a busy machine. */
const START_LIMIT_MS = 120_000;

/** The real service in a process beside the tests, on a copy of the image, on a free port. */
export class Service {
  private process: ProgramProcess | undefined;
  private output = '';

  private constructor(
    /** The URL of the service, such as http://127.0.0.1:12345. */
    readonly url: string,
    readonly dataDir: string,
    private environment: NodeJS.ProcessEnv,
    private readonly program: Program,
  ) {}

  /** Starts a service and waits until it answers. */
  static async start(environment: NodeJS.ProcessEnv = {}, main = MAIN): Promise<Service> {
    return Service.run(await newData(), environment, { main, isAlone: false });
  }

  /** Starts a service on existing data. */
  static startOn(dataDir: string, environment: NodeJS.ProcessEnv = {}): Promise<Service> {
    return Service.run(dataDir, environment, { main: MAIN, isAlone: false });
  }

  /** Starts a service in a process in which no other service ran before. */
  static async startAlone(main = MAIN): Promise<Service> {
    return Service.run(await newData(), {}, { main, isAlone: true });
  }

  /** The same on existing data, for what an operating system does with a process: its files, its locks, its end. */
  static startAloneOn(dataDir: string, environment: NodeJS.ProcessEnv = {}): Promise<Service> {
    return Service.run(dataDir, environment, { main: MAIN, isAlone: true });
  }

  /** Another process may take the free port before the service listens. Then the service does not start, and gets another port. */
  private static async run(dataDir: string, environment: NodeJS.ProcessEnv, program: Program): Promise<Service> {
    for (;;) {
      const port = await freePort();
      const base = { PATH: process.env['PATH'], NODE_ENV: 'test', PORT: String(port), ...settingsOf(dataDir) };
      const service = new Service(`http://127.0.0.1:${port}`, dataDir, { ...base, ...environment }, program);
      try {
        await service.resume();
        return service;
      } catch (error) {
        if (!service.log.includes(`EADDRINUSE: address already in use 127.0.0.1:${port}`)) throw error;
      }
    }
  }

  /**
   * Frees the data for a command or a statement. The embedded database allows one process, so the service ends until `resume`. On PostgreSQL
   * it goes on.
   */
  async freeData(): Promise<void> {
    if (databaseUrl(this.dataDir) === undefined) await this.end();
  }

  /** Starts the service again on the same port and data, unless it runs and no setting changes. The given settings also apply to later starts; undefined removes a setting. */
  async resume(changes: NodeJS.ProcessEnv = {}): Promise<void> {
    if (this.isRunning && Object.keys(changes).length === 0) return;
    this.environment = { ...this.environment, ...changes };
    const child = this.launch();
    this.process = child;
    let limit: NodeJS.Timeout | undefined;
    const tooLate = new Promise((resolve) => (limit = setTimeout(resolve, START_LIMIT_MS)));
    const isListening = await Promise.race([child.listening.then(() => true), child.ended, tooLate]);
    clearTimeout(limit);
    if (isListening !== true) throw new Error(`The service did not start:\n${this.output}`);
  }

  private launch(): ProgramProcess {
    return startService(this.program, this.environment, (text) => {
      this.output += text;
    });
  }

  /** Freezes the process (SIGSTOP), or lets it continue (SIGCONT). */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.process?.kill(signal);
  }

  /** Ends the process, by default with the signal that an operator would send. Returns its exit code; null after a signal that ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.process;
    if (!child) return null;
    if (child.exitCode === undefined) {
      child.kill(signal);
      await child.ended;
    }
    return child.exitCode ?? null;
  }

  /** Ends the process and deletes its data. */
  async dispose(): Promise<void> {
    await this.end();
    await deleteData(this.dataDir);
  }

  private get isRunning(): boolean {
    return this.process !== undefined && this.process.exitCode === undefined;
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
