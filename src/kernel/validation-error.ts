import { AppError, type FailureContext } from './app-error.js';
import { firstCharacters, isLongerThan } from './text.js';

/** One member or parameter that failed: its contract name, what was wrong, and what was sent (contract 1.4). */
export interface MemberFailure {
  readonly AttemptedValue: unknown;
  readonly Message: string;
  readonly PropertyName: string;
}

const ATTEMPTED_VALUE_LIMIT = 256;

/** 400 that names each member or parameter that failed, once, in the order given (contract 1.4). */
export class ValidationError extends AppError {
  readonly failures: readonly MemberFailure[];

  constructor(failures: readonly MemberFailure[], context: FailureContext = {}) {
    const message = failures.map((failure) => `${failure.PropertyName}: ${failure.Message}`).join('; ');
    super('validation', 400, message, context);
    this.failures = failures;
  }
}

/**
 * What was sent, fit to be sent back: null when absent, cut to 256 characters (contract 1.4).
 * A structure that is longer than that as JSON comes back as the beginning of that JSON.
 */
export function attemptedValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return firstCharacters(value, ATTEMPTED_VALUE_LIMIT);
  const json = JSON.stringify(value);
  return isLongerThan(json, ATTEMPTED_VALUE_LIMIT) ? firstCharacters(json, ATTEMPTED_VALUE_LIMIT) : value;
}
