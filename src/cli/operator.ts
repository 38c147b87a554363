import { userInfo } from 'node:os';
import type { Actor } from '../kernel/origin.js';
import { escapedLines } from '../kernel/text.js';

/** Who acts on the command line, for the audit trail: the user of the operating system. */
export const OPERATOR: Actor = {
  name: `command line (${userInfo().username})`,
  origin: { address: null, userAgent: null, requestId: null },
};

/** Writes a command's result to stdout. What would steer a terminal is escaped, but for line feeds: the result may have several lines. */
export function say(text: string): void {
  process.stdout.write(`${escapedLines(text)}\n`);
}

/** Writes an error, a warning, or how far a command is, to stderr, escaped likewise. */
export function complain(text: string): void {
  process.stderr.write(`${escapedLines(text)}\n`);
}
