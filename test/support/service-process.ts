import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { QUICK_START } from './fixtures.mjs';
import type { runHosted } from './service-host.mjs';

/** A process in which a service runs. */
export interface ServiceProcess {
  readonly pid: number | undefined;
  /** Undefined while it runs; null when a signal ended it. */
  readonly exitCode: number | null | undefined;
  /** Resolves when this process itself listens on the port of the service. */
  readonly listening: Promise<void>;
  readonly ended: Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

const TELL_LISTENING = join(import.meta.dirname, 'tell-listening.mjs');
/** Settings of Node.js, which has read them when a host starts. */
const OF_THE_PROCESS = ['NODE_OPTIONS', 'TZ'];
/** Is there in the suites of Jest's configuration for this folder. */
const { runHosted: inHost } = globalThis as { runHosted?: typeof runHosted };

/** Starts a program that runs the service: in a host of this worker, or in a process of its own if that is demanded or there is no host. */
export function startService(
  main: string,
  env: NodeJS.ProcessEnv,
  onOutput: (text: string) => void,
  isAlone: boolean,
): ServiceProcess {
  const needsOwn = isAlone || OF_THE_PROCESS.some((name) => env[name] !== undefined);
  return inHost && !needsOwn ? inHost(main, env, onOutput) : startAlone(main, env, onOutput);
}

function startAlone(main: string, env: NodeJS.ProcessEnv, onOutput: (text: string) => void): ServiceProcess {
  const child = spawn(process.execPath, [...QUICK_START, '--throw-deprecation', '--import', TELL_LISTENING, main], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
  return {
    get pid() {
      return child.pid;
    },
    get exitCode() {
      return child.exitCode ?? (child.signalCode === null ? undefined : null);
    },
    listening: new Promise((resolve) => {
      child.once('message', () => {
        resolve();
      });
    }),
    ended: new Promise((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    }),
    kill: (signal) => child.kill(signal),
  };
}
