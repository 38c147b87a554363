import { Injectable } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { AppError } from '../kernel/app-error.js';
import { throwOutcomeUnknown } from '../database/database-failures.js';
import type { Origin } from '../kernel/origin.js';
import { SIGN_IN_REFUSALS, type SignInRefusal } from '../kernel/refusal-reasons.js';
import { MetricsService } from '../observability/metrics.service.js';
import { Outcomes } from '../observability/outcomes.js';
import type { CountSignIn, Settlement } from './guess-limits.repository.js';
import type { Reservation } from './guess-limits.service.js';
import { LoginThrottleService } from './login-throttle.service.js';
import { LONGEST, PasswordChecksService, type CheckedPassword } from './password-checks.service.js';
import { PasswordExpired } from './password-expired.js';
import { plainCode, TotpService } from './totp.service.js';
import type { User } from './user.entity.js';

/** The credentials that a user sends. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** The code of an authenticator app, or a recovery code. */
  readonly totp?: string | undefined;
}

/** The request of a sign-in. */
export interface SignInRequest {
  readonly origin: Origin;
  /** Whether the client has disconnected and no longer waits for the response. */
  readonly isAbandoned: () => Promise<boolean>;
  /** Runs the statement that counts the attempt and reads the user, if it is to read more. */
  readonly count?: CountSignIn | undefined;
}

/** An authenticated user, and the methods of authentication (RFC 8176). */
export interface SignedIn {
  readonly user: User;
  readonly amr: readonly string[];
}

/** The same, while the attempt still counts as a failure. */
export interface UnsettledSignIn extends SignedIn {
  /** How the attempt is settled; undefined when it shared the check of another attempt. */
  readonly settlement: Settlement | undefined;
}

/** An attempt to sign in whose password was checked. */
interface Attempt extends CheckedPassword {
  readonly account: string;
  readonly origin: Origin;
}

/** Authenticates users: checks password and second factor, and limits guesses. */
@Injectable()
export class SignInService {
  private readonly outcomes: Outcomes<'ok'>;

  constructor(
    private readonly passwords: PasswordChecksService,
    private readonly totp: TotpService,
    private readonly throttle: LoginThrottleService,
    private readonly events: AuditEventsService,
    metrics: MetricsService,
  ) {
    this.outcomes = new Outcomes(metrics, {
      name: 'tessera_sign_ins_total',
      help: 'Passwords checked, by outcome: of logins, and of Basic credentials that are not remembered.',
      action: 'Many `wrong-password` or `throttled`: look for guessing in the audit trail (`login-failed`).',
      successes: ['ok'],
      refusals: Object.keys(SIGN_IN_REFUSALS),
    });
  }

  /**
   * The enabled user with these credentials. For an unknown e-mail, the response and its time are the same as for a wrong password. If the
   * client disconnects before the turn of its attempt, the attempt is not carried out.
   * @throws AppError invalid_credentials, two_factor_auth_check, must_reset_password, 429 too_many_attempts, or 503 sign_ins_busy
   */
  async authenticate(credentials: Credentials, request: SignInRequest): Promise<SignedIn> {
    const { settlement, ...signedIn } = await this.check(credentials, request);
    await this.settle(settlement);
    return signedIn;
  }

  /** The same, but the caller settles the attempt: with the session that it begins, or by `settle`. */
  check(credentials: Credentials, request: SignInRequest): Promise<UnsettledSignIn> {
    return this.outcomes.count(this.identify(credentials, request), () => 'ok');
  }

  /** Settles an attempt, in one statement. */
  async settle(settlement: Settlement | undefined): Promise<void> {
    if (settlement) await this.throttle.settle(settlement);
  }

  private async identify(
    { email, password, totp: given = '' }: Credentials,
    { origin, isAbandoned, count }: SignInRequest,
  ): Promise<UnsettledSignIn> {
    const account = email.toLowerCase().slice(0, LONGEST).replaceAll('\0', '').toWellFormed();
    const { address } = origin;
    const totp = plainCode(given) || undefined;
    const hasCode = totp !== undefined;
    const checked = await this.passwords.check({ account, email, password, address, hasCode, isAbandoned, count });
    const attempt = { ...checked, account, origin };
    const { user, isRight, reservation } = attempt;
    if (!isRight || !user?.enabled) return this.refuseGuess(attempt);
    if (user.totpSecret !== null) return this.withCode(attempt, user, { password, totp });
    const settlement = reservation && this.throttle.settlementOf(reservation);
    return this.admitted(attempt, { user, password, settlement, amr: ['pwd'] });
  }

  /** Refuses a wrong password, an unknown user or a disabled user. The guess stays counted. A guess that shared a check is counted now. */
  private async refuseGuess(attempt: Attempt): Promise<never> {
    const { user, isRight, reservation, account, origin } = attempt;
    if (!reservation) await this.throttle.reserve(account, origin.address);
    return this.refuse(
      attempt,
      invalidCredentials(!user ? 'unknown-user' : isRight ? 'user-disabled' : 'wrong-password'),
    );
  }

  /** Continues after a right password. Like the password, a code is counted as a failure before it is evaluated. */
  private async withCode(
    attempt: Attempt,
    user: User,
    { password, totp: code }: Omit<Credentials, 'email'>,
  ): Promise<UnsettledSignIn> {
    const { reservation } = attempt;
    if (code === undefined || !reservation) {
      // A first request without a code is an ordinary step of a sign-in, not a guess.
      if (reservation) await this.throttle.giveBack(reservation);
      return this.refuse(attempt, codeNeeded('no-code'));
    }
    const codeReservation = await this.reserveCode(user, reservation);
    if (!(await this.totp.spend(user, code, attempt.origin))) return this.refuse(attempt, codeNeeded('wrong-code'));
    const settlement = this.throttle.settlementOf(reservation, codeReservation);
    const amr = ['pwd', 'otp', 'mfa'];
    // The code is already used, so a retry of this request would fail.
    return this.admitted(attempt, { user, password, settlement, amr }).catch(throwOutcomeUnknown);
  }

  /**
   * Admits a user whose password, and code if there is one, were right. If the user gets no further, the attempt is settled here. The service
   * stores its own passwords only, and never one of a directory.
   */
  private async admitted(
    attempt: Attempt,
    { password, ...signedIn }: UnsettledSignIn & { readonly password: string },
  ): Promise<UnsettledSignIn> {
    const { user, settlement } = signedIn;
    if (user.mustResetPassword) {
      await this.settle(settlement);
      return this.refuse(attempt, new PasswordExpired(user));
    }
    if (!attempt.isOwn) return signedIn;
    try {
      return { ...signedIn, user: await this.passwords.upgrade(user, password) };
    } catch (error) {
      await this.settle(settlement).catch(() => undefined);
      throw error;
    }
  }

  private async reserveCode({ email }: User, password: Reservation): Promise<Reservation> {
    try {
      return await this.throttle.reserveCode(email);
    } catch (error) {
      // No code was evaluated, and the right password was not a guess.
      await this.throttle.giveBack(password);
      throw error;
    }
  }

  /**
   * Writes the event and throws the refusal. The event does not contain the name of an unknown user, because people type passwords there.
   */
  private async refuse({ user, origin }: Attempt, refusal: AppError): Promise<never> {
    const actor = { name: user?.email ?? 'unknown', origin };
    const reason = refusal.context.detail ?? refusal.code;
    await this.events.record({ kind: 'login-failed', actor, subject: user?.email, reason });
    throw refusal;
  }
}

/** The same response for a wrong password, an unknown user and a disabled user. Only the log and the audit trail get the detail. */
export function invalidCredentials(detail: SignInRefusal): AppError {
  return new AppError('invalid_credentials', 400, 'The user name or password is incorrect.', { detail });
}

function codeNeeded(detail: SignInRefusal): AppError {
  // Clients look for the word "two-factor".
  const message = 'A two-factor code is needed, or the one given is wrong: take it from the authenticator app.';
  return new AppError('two_factor_auth_check', 400, message, { detail });
}
