import type { LoggerService } from '@nestjs/common';
import { complain } from './operator.js';

/** The log of the services while a command runs: warnings and errors, one line each, to stderr. Stdout is only for the command's result. */
export class StderrLog implements LoggerService {
  log(): void {
    // Other messages are not needed: the command reports its own result.
  }

  warn(message: unknown): void {
    complain(String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    // Nest logs an error before it throws it. The command already reports the thrown error.
    if (rest.at(-1) === 'ExceptionHandler') return;
    complain(String(message));
  }
}
