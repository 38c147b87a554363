import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { gaveCode, type Principal } from '../access/principal.js';
import { AuditEventsService } from '../audit/audit-events.service.js';
import type { Actor } from '../kernel/origin.js';
import { secretFailure, type ValidationError } from '../kernel/validation-error.js';
import { LoginThrottleService } from './login-throttle.service.js';
import { OwnRowService } from './own-row.service.js';
import { PasswordChecksService } from './password-checks.service.js';
import { passwordNameOf } from './password-seals.service.js';
import { normalPassword } from './passwords.js';
import { UserPasswordsService } from './user-passwords.service.js';

/** The present password and the next one. */
export interface PasswordChange {
  readonly current: string;
  readonly next: string;
}

/** The user who changes the password, and the request that asks for it. */
export interface PasswordChanger {
  readonly actor: Principal;
  /** Whether the client has disconnected and no longer waits for the response. */
  readonly isAbandoned: () => Promise<boolean>;
  /** Ends sessions in the transaction of the change, and returns what to do after the commit. */
  readonly also?: ((manager: EntityManager) => Promise<() => void>) | undefined;
}

/** Lets users change their own password. Guesses at the present password are limited as at a sign-in, by the same counters. */
@Injectable()
export class OwnPasswordsService {
  constructor(
    private readonly checks: PasswordChecksService,
    private readonly throttle: LoginThrottleService,
    private readonly passwords: UserPasswordsService,
    private readonly row: OwnRowService,
    private readonly events: AuditEventsService,
  ) {}

  /**
   * Changes the password of the actor.
   * @throws ValidationError when the present password is wrong, or belongs to a directory, or the next one is not allowed; AppError 429, 503
   */
  async change({ current, next }: PasswordChange, { actor, isAbandoned, also }: PasswordChanger): Promise<void> {
    const checked = await this.check(current, actor, isAbandoned);
    if (normalPassword(current) === normalPassword(next))
      throw secretFailure('NewPassword', 'must differ from the present one');
    const passwordHash = await this.passwords.hash(next);
    await this.row.change({
      actor,
      hadCode: gaveCode(actor),
      reason: 'password-changed',
      changeOf: (user) => {
        if (passwordNameOf(user.passwordHash) !== checked) throw wrong('was changed meanwhile');
        return { passwordHash, mustResetPassword: false };
      },
      also,
    });
  }

  /** Names the present password of the actor, which must be this one. */
  private async check(password: string, actor: Actor, isAbandoned: () => Promise<boolean>): Promise<string> {
    const { name: email, origin } = actor;
    const attempt = { account: email, email, password, address: origin.address, hasCode: false, isAbandoned };
    const { user, isRight, isOwn, reservation } = await this.checks.check(attempt);
    if (!isRight || !user) {
      // An attempt that shared the check of another one counts too.
      if (!reservation) await this.throttle.reserve(email, origin.address);
      throw await this.refused(actor, 'wrong-password', 'is wrong');
    }
    if (reservation) await this.throttle.settle(this.throttle.settlementOf(reservation));
    if (!isOwn) throw await this.refused(actor, 'directory', 'belongs to another directory: change it there');
    return passwordNameOf(user.passwordHash);
  }

  private async refused(actor: Actor, reason: string, message: string): Promise<ValidationError> {
    await this.events.record({ kind: 'password-change-refused', actor, subject: actor.name, reason });
    return wrong(message);
  }
}

function wrong(message: string): ValidationError {
  return secretFailure('CurrentPassword', message);
}
