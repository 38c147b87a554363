import { AppError } from '../kernel/app-error.js';

/** 401 for a user who was deleted or disabled after the credentials of the request were checked. */
export function noLonger(): AppError {
  return new AppError('unauthorized', 401, 'The credentials are not valid, or no longer.', {
    challenge: 'error="invalid_token"',
  });
}
