import { Injectable } from '@nestjs/common';
import { isEmail } from 'class-validator';
import { AuditTrail } from '../audit/audit-trail.js';
import { AppError } from '../kernel/app-error.js';
import type { Origin } from '../kernel/origin.js';
import { LoginThrottle } from './login-throttle.js';
import { verifyPassword } from './passwords.js';
import { Totp } from './totp.js';
import type { User } from './user.entity.js';
import { UsersService } from './users.service.js';

/** Longer than any e-mail address or password that could be right (RFC 5321, section 4.5.3.1). */
const LONGEST = 512;

/** What somebody says to prove who they are. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** The code of an authenticator app. */
  readonly totp?: string | undefined;
}

/** A user who proved who they are, and how (RFC 8176). */
export interface SignedIn {
  readonly user: User;
  readonly amr: readonly string[];
}

/** Finds out whether somebody is who they say: password, second factor, and that they do not guess. */
@Injectable()
export class SignIn {
  constructor(
    private readonly users: UsersService,
    private readonly totp: Totp,
    private readonly throttle: LoginThrottle,
    private readonly trail: AuditTrail,
  ) {}

  /**
   * The enabled user with these credentials. An unknown e-mail takes as long, and is answered, as a wrong password.
   * @throws AppError invalid_credentials, two_factor_auth_check, must_reset_password, or 429 too_many_attempts
   */
  async authenticate({ email, password, totp }: Credentials, origin: Origin): Promise<SignedIn> {
    const account = email.toLowerCase().slice(0, LONGEST).replaceAll('\0', '').toWellFormed();
    await this.throttle.check(account, origin.address);
    const user = email.length > LONGEST || password.length > LONGEST ? null : await this.users.find(email);
    const isRight = await verifyPassword(user?.passwordHash, password.slice(0, LONGEST));
    if (!isRight || !user?.enabled) {
      const reason = !user ? 'unknown-user' : isRight ? 'user-disabled' : 'wrong-password';
      return this.refuse(account, origin, invalidCredentials(reason));
    }
    if (user.totpSecret !== null && !(totp && (await this.totp.spend(user, totp)))) {
      const refusal = new AppError(
        'two_factor_auth_check',
        400,
        'A code of the authenticator app is needed, or the one given is wrong.',
        {
          detail: totp ? 'wrong-code' : 'no-code',
        },
      );
      // Asking for the code is a step of signing in, not a failure.
      if (totp === undefined) throw refusal;
      return this.refuse(account, origin, refusal);
    }
    await this.throttle.countSuccess(account, origin.address);
    if (user.mustResetPassword)
      throw new AppError('must_reset_password', 400, 'The password must be changed before signing in.');
    return { user, amr: user.totpSecret === null ? ['pwd'] : ['pwd', 'otp', 'mfa'] };
  }

  /** Counts the failure and writes it down. What is not an e-mail is not kept: people type passwords there. */
  private async refuse(account: string, origin: Origin, refusal: AppError): Promise<never> {
    await this.throttle.countFailure(account, origin.address);
    const subject = isEmail(account, { require_tld: false }) ? account : undefined;
    const actor = { name: subject ?? 'unknown', origin };
    await this.trail.record({ kind: 'login-failed', actor, subject, reason: refusal.context.detail ?? refusal.code });
    throw refusal;
  }
}

/** The one answer to a wrong password, an unknown user and a disabled one; the detail is for the log and the audit trail. */
export function invalidCredentials(detail: string): AppError {
  return new AppError('invalid_credentials', 400, 'The user name or password is incorrect.', { detail });
}
