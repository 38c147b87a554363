import { AppError } from '../kernel/app-error.js';
import type { SignInRefusal } from '../kernel/refusal-reasons.js';
import type { User } from './user.entity.js';

const DETAIL: SignInRefusal = 'must-reset-password';

/** The password is right, and must be changed before the user can sign in. So is the code, if the user has a second factor. */
export class PasswordExpired extends AppError<'must_reset_password'> {
  constructor(
    /** The user as the row was when the password was checked. */
    readonly user: User,
    /** With this ticket the user can change the password. */
    readonly ticket?: string,
  ) {
    super('must_reset_password', 400, 'The password must be changed before signing in.', { detail: DETAIL });
  }

  /** The same failure with a ticket. */
  with(ticket: string): PasswordExpired {
    return new PasswordExpired(this.user, ticket);
  }
}
