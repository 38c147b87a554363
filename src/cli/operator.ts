import { userInfo } from 'node:os';
import type { Actor } from '../kernel/origin.js';

/** Who acts on the command line, for the audit trail: the user of the operating system. */
export const OPERATOR: Actor = {
  name: `command line (${userInfo().username})`,
  origin: { address: null, userAgent: null, requestId: null },
};

/** Writes a command's result to stdout. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
