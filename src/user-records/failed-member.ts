import { attemptedValue, ValidationError } from '../kernel/validation-error.js';

/** The failure of one member of a body (contract 1.4). */
export function failedMember(PropertyName: string, sent: unknown, Message: string): ValidationError {
  return new ValidationError([{ AttemptedValue: attemptedValue(sent), Message, PropertyName }]);
}
