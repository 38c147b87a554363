import type { LoggerService } from '@nestjs/common';

/** What services log while a command runs: warnings and errors, a line each, to stderr. Stdout is for the command's result. */
export class StderrLog implements LoggerService {
  log(): void {
    // A command says itself what it did.
  }

  warn(message: unknown): void {
    process.stderr.write(`${String(message)}\n`);
  }

  error(message: unknown, ...rest: unknown[]): void {
    // Nest logs what it is about to throw, and what is thrown the command tells once.
    if (rest.at(-1) === 'ExceptionHandler') return;
    process.stderr.write(`${String(message)}\n`);
  }
}
