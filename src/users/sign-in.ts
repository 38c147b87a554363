import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { AppError } from '../kernel/app-error.js';
import { throwOutcomeUnknown } from '../kernel/database-failures.js';
import type { Origin } from '../kernel/origin.js';
import { Metrics } from '../observability/metrics.js';
import { Outcomes } from '../observability/outcomes.js';
import { GenuineUsers } from './genuine-users.js';
import { LoginThrottle } from './login-throttle.js';
import { normalPassword } from './passwords.js';
import { Totp } from './totp.js';
import type { User } from './user.entity.js';

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

/** Somebody's attempt to sign in: by which name, as which user if there is one, and from where. */
interface Attempt {
  readonly account: string;
  readonly user: User | null;
  readonly origin: Origin;
}

const REFUSALS = ['unknown-user', 'wrong-password', 'user-disabled', 'no-code', 'wrong-code', 'must-reset-password'];

/** Finds out whether somebody is who they say: password, second factor, and that they do not guess. */
@Injectable()
export class SignIn {
  private readonly outcomes: Outcomes<'ok'>;

  constructor(
    private readonly users: GenuineUsers,
    private readonly totp: Totp,
    private readonly throttle: LoginThrottle,
    private readonly trail: AuditTrail,
    metrics: Metrics,
  ) {
    this.outcomes = new Outcomes(metrics, {
      name: 'tessera_sign_ins_total',
      help: 'Passwords checked, by outcome: of logins, and of Basic credentials that are not remembered.',
      successes: ['ok'],
      refusals: REFUSALS,
    });
  }

  /**
   * The enabled user with these credentials. An unknown e-mail takes as long, and is answered, as a wrong password.
   * @throws AppError invalid_credentials, two_factor_auth_check, must_reset_password, or 429 too_many_attempts
   */
  authenticate(credentials: Credentials, origin: Origin): Promise<SignedIn> {
    return this.outcomes.count(this.identify(credentials, origin), () => 'ok');
  }

  private async identify({ email, password, totp }: Credentials, origin: Origin): Promise<SignedIn> {
    const account = email.toLowerCase().slice(0, LONGEST).replaceAll('\0', '').toWellFormed();
    await this.throttle.check(account, origin.address);
    const isTooLong = email.length > LONGEST || normalPassword(password).length > LONGEST;
    const user = isTooLong ? null : await this.users.find(email);
    const isRight = await this.users.isPassword(user, isTooLong ? password.slice(0, LONGEST) : password);
    // Others may have failed meanwhile: who sends many guesses at once learns no more than who sends them one by one.
    await this.throttle.check(account, origin.address);
    const attempt = { account, user, origin };
    if (!isRight || !user?.enabled) {
      return this.fail(
        attempt,
        invalidCredentials(!user ? 'unknown-user' : isRight ? 'user-disabled' : 'wrong-password'),
      );
    }
    if (user.totpSecret !== null) {
      // Asking for the code is a step of signing in, not a guess.
      if (totp === undefined) return this.refuse(attempt, codeNeeded('no-code'));
      if (!(await this.totp.spend(user, totp))) return this.fail(attempt, codeNeeded('wrong-code'));
    }
    const counted = this.throttle.countSuccess(account, origin.address);
    // A code is used up by now.
    await (user.totpSecret === null ? counted : counted.catch(throwOutcomeUnknown));
    if (user.mustResetPassword) return this.refuse(attempt, mustResetPassword());
    const upgraded = await this.users.upgradePassword(user, password);
    return { user: upgraded, amr: user.totpSecret === null ? ['pwd'] : ['pwd', 'otp', 'mfa'] };
  }

  /** Counts a guess that was wrong, and refuses. */
  private async fail(attempt: Attempt, refusal: AppError): Promise<never> {
    await this.throttle.countFailure(attempt.account, attempt.origin.address);
    return this.refuse(attempt, refusal);
  }

  /** Writes it down, and refuses. A name that is no user's is not kept: people type passwords there. */
  private async refuse({ user, origin }: Attempt, refusal: AppError): Promise<never> {
    const actor = { name: user?.email ?? 'unknown', origin };
    const reason = refusal.context.detail ?? refusal.code;
    await this.trail.record({ kind: 'login-failed', actor, subject: user?.email, reason });
    throw refusal;
  }
}

/** The one answer to a wrong password, an unknown user and a disabled one; the detail is for the log and the audit trail. */
export function invalidCredentials(detail: string): AppError {
  return new AppError('invalid_credentials', 400, 'The user name or password is incorrect.', { detail });
}

function codeNeeded(detail: string): AppError {
  const message = 'A code of the authenticator app is needed, or the one given is wrong.';
  return new AppError('two_factor_auth_check', 400, message, { detail });
}

function mustResetPassword(): AppError {
  const detail = 'must-reset-password';
  return new AppError('must_reset_password', 400, 'The password must be changed before signing in.', { detail });
}
