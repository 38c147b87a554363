import { AppError } from '../kernel/app-error.js';

/** 403 for a user or client without a role, with the challenge of the scheme that the request used (RFC 6750, section 3.1). */
export function insufficientScope(message: string, scheme: 'Bearer' | 'DPoP' = 'Bearer'): AppError {
  return new AppError('insufficient_scope', 403, message, {
    headers: { 'www-authenticate': `${scheme} error="insufficient_scope"` },
  });
}
