import type { runHosted } from './program-host.mjs';

/** Settings that Node.js reads when a process starts. */
const OF_THE_PROCESS = ['NODE_OPTIONS', 'TZ'];
/** Jest's environment `environment.mjs` has it. */
const { runHosted: hosted } = globalThis as { runHosted?: typeof runHosted };

/** Runs a program with this environment in a host of this worker. Undefined if the program needs a process of its own. */
export function hostFor(env: NodeJS.ProcessEnv): typeof runHosted | undefined {
  return OF_THE_PROCESS.some((name) => env[name] !== undefined) ? undefined : hosted;
}
