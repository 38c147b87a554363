import { userInfo } from 'node:os';
import type { Actor } from '../kernel/origin.js';
import { escapedLines } from '../kernel/text.js';

/** The actor of the command line in the audit trail: the user of the operating system. */
export const OPERATOR: Actor = {
  name: `command line (${userInfo().username})`,
  origin: { address: null, userAgent: null, requestId: null },
};

/**
 * Writes a command's result to stdout. Characters that control a terminal are escaped, except line feeds: the result may have several
 * lines.
 */
export function say(text: string): void {
  process.stdout.write(`${escapedLines(text)}\n`);
}

/** Writes an error, a warning or the progress of a command to stderr, with the same escaping. */
export function complain(text: string): void {
  process.stderr.write(`${escapedLines(text)}\n`);
}
