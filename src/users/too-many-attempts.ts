import { AppError } from '../kernel/app-error.js';

/** 429 with `Retry-After` and the message that clients look for (contract 1.5). `wait` is in whole seconds. */
export class TooManyAttempts extends AppError {
  constructor(readonly wait: number) {
    super('too_many_attempts', 429, `Too many attempts. Wait ${wait} ${wait === 1 ? 'second' : 'seconds'}.`, {
      headers: { 'retry-after': String(wait) },
    });
  }
}
