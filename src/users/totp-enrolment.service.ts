import { Injectable } from '@nestjs/common';
import { gaveCode, type Principal } from '../access/principal.js';
import { badRequest } from '../kernel/app-error.js';
import { secretFailure, type ValidationError } from '../kernel/validation-error.js';
import { EnrolmentTicketsService } from './enrolment-tickets.service.js';
import { OwnRowService } from './own-row.service.js';
import { RecoveryCodesService } from './recovery-codes.service.js';
import { newTotpSecret, plainCode, TotpService } from './totp.service.js';
import type { User } from './user.entity.js';
import type { UserRowChange } from './users.repository.js';

/** A second factor that a user begins to set up. */
export interface Enrolment {
  /** The secret in base 32, for apps that cannot read the URI. */
  readonly secret: string;
  /** The `otpauth:` URI for the user's app. */
  readonly uri: string;
  /** The sealed secret. The client sends it back with the first code. */
  readonly ticket: string;
}

/**
 * Lets users set up and remove their own second factor. The secret is not stored until the user has shown a code of it, so an app that does
 * not work locks nobody out. Until then, only the client has it, sealed for its user.
 */
@Injectable()
export class TotpEnrolmentService {
  constructor(
    private readonly tickets: EnrolmentTicketsService,
    private readonly totp: TotpService,
    private readonly recovery: RecoveryCodesService,
    private readonly row: OwnRowService,
  ) {}

  /** Makes a secret for a user. It writes nothing. The ticket is good for ten minutes, and useless after a change of the user. */
  async begin(email: string): Promise<Enrolment> {
    const { secret, uri } = newTotpSecret(email);
    return { secret, uri, ticket: await this.tickets.issue(email, secret) };
  }

  /**
   * Requires codes of the ticket's secret from the actor from now on. The code counts as used. Returns new recovery codes, which replace
   * earlier ones and cannot be read again.
   * @throws ValidationError when the ticket was not made for this user as the user is now, or is too old, or the code is wrong
   */
  async confirm({ ticket, code }: { ticket: string; code: string }, actor: Principal): Promise<readonly string[]> {
    const { name: email } = actor;
    const opened = await this.tickets.read(email, ticket);
    if (!opened) throw badTicket();
    const totpLastStep = await this.totp.stepOf(opened.secret, plainCode(code));
    if (totpLastStep === undefined) throw secretFailure('Totp', 'is wrong, or of another time');
    const totpSecret = this.totp.seal(email, opened.secret);
    const { codes, sealed: recoveryCodes } = this.recovery.make(email);
    await this.row.change({
      actor,
      hadCode: gaveCode(actor),
      reason: 'totp-enabled',
      changeOf: (user) => {
        if (!this.tickets.isFor(opened, user)) throw badTicket();
        return { totpSecret, totpLastStep, recoveryCodes };
      },
    });
    return codes;
  }

  /** Stops requiring a code from the actor. No recovery code is left. @throws AppError 400 when the actor has no second factor */
  remove(actor: Principal): Promise<void> {
    return this.changeFactor(actor, 'totp-disabled', { totpSecret: null, totpLastStep: null, recoveryCodes: null });
  }

  /**
   * Replaces the recovery codes of the actor, and returns the new ones, which cannot be read again.
   * @throws AppError 400 when the actor has no second factor
   */
  async renewRecoveryCodes(actor: Principal): Promise<readonly string[]> {
    const { codes, sealed: recoveryCodes } = this.recovery.make(actor.name);
    await this.changeFactor(actor, 'recovery-codes-made', { recoveryCodes });
    return codes;
  }

  private changeFactor(actor: Principal, reason: string, change: UserRowChange): Promise<void> {
    const changeOf = ({ totpSecret }: User): UserRowChange => {
      if (totpSecret === null) throw badRequest('There is no second factor: set one up first.');
      return change;
    };
    return this.row.change({ actor, hadCode: gaveCode(actor), reason, changeOf });
  }
}

function badTicket(): ValidationError {
  return secretFailure('Ticket', 'is not valid, or no longer: begin again');
}
