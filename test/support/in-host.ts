import type { runHosted } from './program-host.mjs';

/** Runs a program in a host of this worker. Undefined where Jest has another environment than `environment.mjs`. */
export const { runHosted: inHost } = globalThis as { runHosted?: typeof runHosted };
