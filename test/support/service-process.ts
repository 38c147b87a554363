import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { QUICK_START } from './fixtures.mjs';
import { hostFor } from './in-host.js';
import type { ProgramProcess } from './program-host.mjs';

const WATCH = join(import.meta.dirname, 'watch-service.mjs');
/** What runs as the service: a program, and whether it needs a process in which nothing ran before. */
export interface Program {
  readonly main: string;
  readonly isAlone: boolean;
}

/** Starts a program that runs the service: in a host of this worker, or in a process of its own if it needs one or there is no host. */
export function startService(
  { main, isAlone }: Program,
  env: NodeJS.ProcessEnv,
  onOutput: (text: string) => void,
): ProgramProcess {
  const host = isAlone ? undefined : hostFor(env);
  return host ? host({ program: main, env }, onOutput) : spawned(main, env, onOutput);
}

function spawned(main: string, env: NodeJS.ProcessEnv, onOutput: (text: string) => void): ProgramProcess {
  const child = spawn(process.execPath, [...QUICK_START, '--throw-deprecation', '--import', WATCH, main], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
  const first = async (event: string): Promise<void> => {
    await once(child, event);
  };
  return {
    get pid() {
      return child.pid;
    },
    get exitCode() {
      return child.exitCode ?? (child.signalCode === null ? undefined : null);
    },
    listening: first('message'),
    ended: first('close'),
    kill: (signal) => {
      child.kill(signal);
    },
  };
}
