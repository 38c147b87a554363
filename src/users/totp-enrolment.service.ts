import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { badRequest } from '../kernel/app-error.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import type { Actor } from '../kernel/origin.js';
import { seal, unseal } from '../kernel/seal.js';
import { secretFailure } from '../kernel/validation-error.js';
import { OwnRowService } from './own-row.service.js';
import { RecoveryCodesService } from './recovery-codes.service.js';
import { newTotpSecret, plainCode, TotpService } from './totp.service.js';

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
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(
    settings: Settings,
    private readonly totp: TotpService,
    private readonly recovery: RecoveryCodesService,
    private readonly row: OwnRowService,
  ) {
    this.keys = deriveKeys('totp-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  /** Makes a secret for a user. It writes nothing. */
  async begin(email: string): Promise<Enrolment> {
    const { secret, uri } = newTotpSecret(email);
    return { secret, uri, ticket: await seal({ secret }, placeOf(email), this.keys[0]) };
  }

  /**
   * Requires codes of the ticket's secret from the actor from now on. The code counts as used. Returns new recovery codes, which replace
   * earlier ones and cannot be read again.
   * @throws ValidationError when the ticket was not made for this user, or the code is wrong
   */
  async confirm({ ticket, code }: { ticket: string; code: string }, actor: Actor): Promise<readonly string[]> {
    const { name: email } = actor;
    const opened = (await unseal(ticket, placeOf(email), this.keys)) as { readonly secret: string } | undefined;
    if (!opened) throw secretFailure('Ticket', 'is not valid: begin again');
    const totpLastStep = await this.totp.stepOf(opened.secret, plainCode(code));
    if (totpLastStep === undefined) throw secretFailure('Totp', 'is wrong, or of another time');
    const totpSecret = await this.totp.seal(email, opened.secret);
    const { codes, sealed: recoveryCodes } = await this.recovery.make(email);
    const change = { totpSecret, totpLastStep, recoveryCodes };
    await this.row.change({ actor, reason: 'totp-enabled', changeOf: () => change });
    return codes;
  }

  /** Stops requiring a code from the actor. No recovery code is left. */
  remove(actor: Actor): Promise<void> {
    const change = { totpSecret: null, totpLastStep: null, recoveryCodes: null };
    return this.row.change({ actor, reason: 'totp-disabled', changeOf: () => change });
  }

  /**
   * Replaces the recovery codes of the actor, and returns the new ones, which cannot be read again.
   * @throws AppError 400 when the actor has no second factor
   */
  async renewRecoveryCodes(actor: Actor): Promise<readonly string[]> {
    const { codes, sealed: recoveryCodes } = await this.recovery.make(actor.name);
    await this.row.change({
      actor,
      reason: 'recovery-codes-made',
      changeOf: ({ totpSecret }) => {
        if (totpSecret === null) throw badRequest('There is no second factor: set one up first.');
        return { recoveryCodes };
      },
    });
    return codes;
  }
}

/** Another place than that of the stored secret: a ticket cannot be stored in its stead. */
function placeOf(email: string): string {
  return `enrolment ${email}`;
}
