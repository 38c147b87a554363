import { AppError, type FailureContext } from './app-error.js';
import { firstCharacters, isLongerThan } from './text.js';

/**
 * A member or parameter that failed: its contract name, the fault, and the value that was sent (contract 1.4).
 * @publicApi
 */
export interface MemberFailure {
  readonly AttemptedValue: unknown;
  readonly Message: string;
  readonly PropertyName: string;
}

const ATTEMPTED_VALUE_LIMIT = 256;

/**
 * 400 that names each failed member or parameter once, in the given order (contract 1.4).
 * @publicApi
 */
export class ValidationError extends AppError {
  readonly failures: readonly MemberFailure[];

  constructor(failures: readonly MemberFailure[], context: FailureContext = {}) {
    const message = failures.map((failure) => `${failure.PropertyName}: ${failure.Message}`).join('; ');
    super('validation', 400, message, context);
    this.failures = failures;
  }
}

/** 400 for one member or parameter, with the value that was sent. */
export function failedMember(PropertyName: string, sent: unknown, Message: string): ValidationError {
  return new ValidationError([{ AttemptedValue: attemptedValue(sent), Message, PropertyName }]);
}

/** The same for a member whose sent value is a secret and is not shown. */
export function secretFailure(PropertyName: string, Message: string): ValidationError {
  return failedMember(PropertyName, null, Message);
}

/**
 * The sent value in the form that the response may show: null when absent, and cut to 256 characters (contract 1.4). Of an array or object
 * that is longer as JSON, the response shows the beginning of the JSON.
 */
export function attemptedValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return firstCharacters(value, ATTEMPTED_VALUE_LIMIT);
  const json = JSON.stringify(value);
  return isLongerThan(json, ATTEMPTED_VALUE_LIMIT) ? firstCharacters(json, ATTEMPTED_VALUE_LIMIT) : value;
}
