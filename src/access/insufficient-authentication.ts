import { AppError } from '../kernel/app-error.js';

/** How many seconds a sign-in is recent. */
export const RECENT_SECONDS = 300;

/** 401 for a user who must sign in again, with the challenge of RFC 9470, section 3. The message says why. */
export function insufficientAuthentication(message: string): AppError {
  const challenge = `error="insufficient_user_authentication", error_description="${message}", max_age="${RECENT_SECONDS}"`;
  return new AppError('insufficient_user_authentication', 401, message, { challenge });
}
