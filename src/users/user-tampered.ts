import { AppError } from '../kernel/app-error.js';

/** The failure of a change to a row that is not genuine: the change would sign members that were written outside the service. */
export function userTampered(email: string): AppError {
  const what = `The row of ${email} was changed outside the service.`;
  return new AppError('user_tampered', 409, `${what} Look at it with "users list", then disable it or approve it.`);
}
