import type { LoggerService } from '@nestjs/common';
import { complain } from './operator.js';

/** What services log while a command runs: warnings and errors, a line each, to stderr. Stdout is for the command's result. */
export class StderrLog implements LoggerService {
  log(): void {
    // A command says itself what it did.
  }

  warn(message: unknown): void {
    complain(String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    // Nest logs an error before it throws it. The command reports the thrown error, once.
    if (rest.at(-1) === 'ExceptionHandler') return;
    complain(String(message));
  }
}
