import { Injectable } from '@nestjs/common';
import { Secret, TOTP } from 'otpauth';
import { Settings } from '../config/settings.js';
import { AppError } from '../kernel/app-error.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import type { Actor, Origin } from '../kernel/origin.js';
import { reseal, seal, unseal } from '../kernel/seal.js';
import { RecoveryCodesService } from './recovery-codes.service.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

const PERIOD_SECONDS = 30;
/** Codes of the previous and the next step are accepted too, because clocks differ (RFC 6238, section 5.2). */
const WINDOW = 1;
const CODE = /^\d{6}$/;

/** The code as six ASCII digits. Apps show codes with blanks or hyphens, and some keyboards write full-width digits. */
export function plainCode(code: string): string {
  return code.normalize('NFKC').replace(/[\s\p{Pd}]/gu, '');
}

/** Codes of an authenticator app as a second factor (RFC 6238): six digits, thirty seconds, SHA-1, each usable once. */
@Injectable()
export class TotpService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(
    settings: Settings,
    private readonly users: UsersService,
    private readonly rows: UsersRepository,
    private readonly recovery: RecoveryCodesService,
  ) {
    this.keys = deriveKeys('totp-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  /** The user's sealed secret. If it was sealed under an earlier TESSERA_SECRET, it is sealed again under the present one. */
  async renew({ email, totpSecret }: User): Promise<string | null> {
    return (totpSecret && (await reseal(totpSecret, email, this.keys))) ?? totpSecret;
  }

  /**
   * Requires a code from this user from now on, and returns the `otpauth:` URI for the user's app. The URI cannot be read again.
   * @throws AppError 404 when there is no such user
   */
  async enable(email: string, actor: Actor): Promise<string> {
    const subject = email.toLowerCase();
    const { secret, uri } = newTotpSecret(subject);
    await this.users.setTotpSecret(subject, this.seal(subject, secret), actor);
    return uri;
  }

  /** The form in which the database has the secret of a user. */
  seal(email: string, secret: string): string {
    return seal({ secret }, email, this.keys[0]);
  }

  /** Stops requiring a code from this user. @throws AppError 404 when there is no such user */
  disable(email: string, actor: Actor): Promise<void> {
    return this.users.setTotpSecret(email, null, actor);
  }

  /**
   * Whether the code is valid for this user now, by the database's clock, and was not used before. The call uses the code. A recovery code is
   * good in its place.
   */
  async spend({ email, totpSecret }: User, code: string, origin: Origin): Promise<boolean> {
    if (!totpSecret) return false;
    if (!CODE.test(code)) return this.recovery.spend(email, code, origin);
    const opened = (await unseal(totpSecret, email, this.keys)) as { secret: string } | undefined;
    if (!opened)
      throw new AppError('totp_sealed', 500, '', {
        detail: 'The TOTP secret was sealed under an unknown TESSERA_SECRET.',
      });
    const step = await this.stepOf(opened.secret, code);
    return step !== undefined && this.rows.spendStep(email, step);
  }

  /** The time step of a code that is valid now, by the database's clock; undefined for another code. */
  async stepOf(secret: string, code: string): Promise<number | undefined> {
    if (!CODE.test(code)) return undefined;
    const now = await this.rows.now();
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const delta = totp.validate({ token: code, timestamp: now.getTime(), window: WINDOW });
    return delta === null ? undefined : Math.floor(now.getTime() / 1000 / PERIOD_SECONDS) + delta;
  }
}

/** A new secret in base 32, and the `otpauth:` URI of it for an authenticator app. */
export function newTotpSecret(email: string): { readonly secret: string; readonly uri: string } {
  const secret = new Secret({ size: 20 });
  return { secret: secret.base32, uri: new TOTP({ issuer: 'Tessera', label: email, secret }).toString() };
}
