import { Inject, Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey, type Secrets } from '../kernel/key-ring.js';
import { isMacOf, macOf } from '../kernel/mac.js';

/** Rows that were checked not long ago. An entry is about 250 bytes. */
const CAPACITY = 10_000;

/** What an enabled user may do, and the MAC of the row; null when the service never signed it. */
export interface SignedPower {
  readonly email: string;
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
  readonly mac: string | null;
}

/** What gives a user power: all of it is under the MAC. */
export interface UserPower extends Omit<SignedPower, 'mac'> {
  readonly passwordHash: string;
  readonly enabled: boolean;
  readonly mustResetPassword: boolean;
  readonly totpSecret: string | null;
}

/** A user's row as far as it is signed. */
export interface SignedUser extends UserPower, SignedPower {}

/** SQL: the columns of `SignedPower`, of the table with this alias; they are checked for enabled users only. */
export function powerColumns(alias: string): string {
  return `${alias}.email, ${alias}.is_administrator AS "isAdministrator", ${alias}.roles, ${alias}.mac`;
}

/** SQL: the columns of `SignedUser`, of the table with this alias. */
export function signedColumns(alias: string): string {
  return `${powerColumns(alias)}, ${alias}.password_hash AS "passwordHash", ${alias}.enabled,
    ${alias}.must_reset_password AS "mustResetPassword", ${alias}.totp_secret AS "totpSecret"`;
}

/**
 * Signs users' rows with HMACs under a key of the service's secret, so that a row that was written outside the service, or changed there,
 * has no power. The first MAC is of the whole row. The second is of the first and of what each request needs, so that a request need not
 * read password and second factor. An earlier row of the same user, put back with its own MACs, is not recognised.
 */
@Injectable()
export class UserSealsService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];
  /** What was genuine under the second MAC, and is so again. */
  private readonly genuine = new Set<string>();

  constructor(@Inject(Settings) secrets: Secrets) {
    this.keys = deriveKeys('user-mac', secrets.TESSERA_SECRET, secrets.TESSERA_SECRET_PREVIOUS);
  }

  /** The MACs of a user's row, under the present secret. */
  sign(user: UserPower): string {
    const whole = macOf(rowOf(user), this.keys[0]);
    return `${whole} ${macOf(powerOf(user, user.enabled, whole), this.keys[0])}`;
  }

  /** Whether the service wrote this row as it is. */
  isGenuine(user: SignedUser): boolean {
    const [whole] = user.mac?.split(' ', 1) ?? [];
    return whole !== undefined && isMacOf(rowOf(user), whole, this.keys) && this.isPowerGenuine(user, user.enabled);
  }

  /** Whether the service wrote what a user may do, and that the user is enabled, or is not. */
  isPowerGenuine(user: SignedPower, enabled = true): boolean {
    if (user.mac === null) return false;
    const [whole = '', mac = ''] = user.mac.split(' ');
    const power = powerOf(user, enabled, whole);
    const entry = mac + power;
    if (this.genuine.has(entry)) return true;
    if (!isMacOf(power, mac, this.keys)) return false;
    this.genuine.add(entry);
    if (this.genuine.size > CAPACITY) this.genuine.delete(this.genuine.keys().next().value ?? '');
    return true;
  }
}

/** JSON, so that no two rows have the same text. The word in front says which version of this list it is. */
function rowOf(user: UserPower): string {
  const { email, passwordHash, enabled, isAdministrator, roles, mustResetPassword, totpSecret } = user;
  const values = [email, passwordHash, enabled, isAdministrator, roles, mustResetPassword, totpSecret];
  return JSON.stringify(['user-1', ...values]);
}

function powerOf({ email, isAdministrator, roles }: Omit<SignedPower, 'mac'>, enabled: boolean, whole: string): string {
  return JSON.stringify(['power-1', email, enabled, isAdministrator, roles, whole]);
}
