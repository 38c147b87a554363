import { AppError } from '../kernel/app-error.js';

/** 403 for a user or client without a role, with the challenge of RFC 6750, section 3.1. */
export function insufficientScope(message: string): AppError {
  return new AppError('insufficient_scope', 403, message, { challenge: 'error="insufficient_scope"' });
}
