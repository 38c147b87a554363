import { Injectable } from '@nestjs/common';
import { abandoned } from '../http/arrival.js';
import { AppError } from '../kernel/app-error.js';
import { DirectoryService } from './directory.service.js';
import { GenuineUsersService } from './genuine-users.service.js';
import type { CountSignIn } from './guess-limits.repository.js';
import type { Reservation } from './guess-limits.service.js';
import { HashingQueueService, type InTurn } from './hashing-queue.service.js';
import { LoginThrottleService } from './login-throttle.service.js';
import { normalPassword } from './passwords.js';
import type { User } from './user.entity.js';

/** Longer than any e-mail address or password that could be right (RFC 5321, section 4.5.3.1). */
export const LONGEST = 512;

/** A password to check. */
export interface PasswordAttempt {
  /** The user name under which guesses are counted. */
  readonly account: string;
  readonly email: string;
  readonly password: string;
  readonly address: string | null;
  /** Whether the attempt has a code. If so, it cannot share its check with other attempts. */
  readonly hasCode: boolean;
  /** Whether the client has disconnected and no longer waits for the response. */
  readonly isAbandoned: () => Promise<boolean>;
  /** Runs the statement that counts the attempt and reads the user. It is not called when the attempt shares the check of another attempt. */
  readonly count?: CountSignIn | undefined;
}

/** The result of a check. */
export interface CheckedPassword {
  readonly user: User | null;
  readonly isRight: boolean;
  /** Whether the password is one of the service, and not of a directory that a module plugs in. */
  readonly isOwn: boolean;
  /** The failure that was counted for this attempt; undefined when the attempt shared the check of another attempt. */
  readonly reservation: Reservation | undefined;
}

/**
 * Checks passwords. An attempt is first counted as a failure, then waits for its turn, and then the password is hashed. If further attempts
 * with the same name, password and address arrive during a check, they share the check. They learn nothing that the first attempt does not.
 * A client that sends many requests concurrently then causes only one hash and does not limit itself.
 */
@Injectable()
export class PasswordChecksService {
  private readonly underWay = new Map<string, Promise<CheckedPassword>>();

  constructor(
    private readonly users: GenuineUsersService,
    private readonly throttle: LoginThrottleService,
    private readonly queue: HashingQueueService,
    private readonly directory: DirectoryService,
  ) {}

  /**
   * Whether this is the password of the user with this e-mail. An unknown e-mail takes as long as a wrong password. It runs one statement.
   * If a module plugs in a directory, its answer counts, and the time of both checks passes for every user.
   * @throws AppError 429 too_many_attempts, 503 sign_ins_busy, or 408 when the client disconnected while the attempt waited. The last two
   * are not counted as failures.
   */
  async check(attempt: PasswordAttempt): Promise<CheckedPassword> {
    if (attempt.hasCode) return this.queue.enter((inTurn) => this.evaluate(attempt, inTurn));
    const key = JSON.stringify([attempt.account, attempt.password, attempt.address]);
    const other = this.underWay.get(key);
    if (other) return this.share(attempt, other);
    const check = this.queue.enter((inTurn) => this.evaluate(attempt, inTurn));
    this.underWay.set(key, check);
    return check.finally(() => this.underWay.delete(key));
  }

  /** Stores a password that was just found right in the form of new passwords, if it is not in this form. */
  upgrade(user: User, password: string): Promise<User> {
    return this.users.upgradePassword(user, password);
  }

  /** Reads the user again, because changes that were made before this attempt must apply to it. */
  private async share(attempt: PasswordAttempt, other: Promise<CheckedPassword>): Promise<CheckedPassword> {
    const user = await this.find(attempt);
    const checked = await other.catch((error: unknown) => {
      if (isAbandonment(error)) return undefined;
      throw error;
    });
    // The other client disconnected, or the password was changed meanwhile. So this attempt needs its own check.
    if (!checked || checked.user?.passwordHash !== user?.passwordHash) return this.check(attempt);
    return { ...checked, user, reservation: undefined };
  }

  private async evaluate(attempt: PasswordAttempt, inTurn: InTurn): Promise<CheckedPassword> {
    const { reservation, user: row } = await this.throttle.reserveSignIn(
      attempt,
      isTooLong(attempt) ? '' : attempt.email,
      attempt.count,
    );
    try {
      const user = this.users.genuine(row);
      const isOwnRight = await inTurn(async () => {
        if (await attempt.isAbandoned()) throw abandoned();
        return this.users.isPassword(user, isTooLong(attempt) ? attempt.password.slice(0, LONGEST) : attempt.password);
      });
      const answer = isTooLong(attempt) ? undefined : await this.directory.verify(attempt);
      if (answer === undefined) return { user, isRight: isOwnRight, isOwn: true, reservation };
      if (answer === 'wrong') return { user, isRight: false, isOwn: false, reservation };
      if (!user) await this.directory.add(attempt.email, answer);
      return { user: user ?? (await this.find(attempt)), isRight: true, isOwn: false, reservation };
    } catch (error) {
      await this.throttle.giveBack(reservation).catch(() => undefined);
      throw error;
    }
  }

  private async find(attempt: PasswordAttempt): Promise<User | null> {
    return isTooLong(attempt) ? null : this.users.find(attempt.email);
  }
}

function isTooLong({ email, password }: PasswordAttempt): boolean {
  return email.length > LONGEST || normalPassword(password).length > LONGEST;
}

function isAbandonment(error: unknown): boolean {
  return error instanceof AppError && error.code === abandoned().code;
}
