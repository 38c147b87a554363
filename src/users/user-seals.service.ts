import { Inject, Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { forgetOldest } from '../kernel/forget-oldest.js';
import { deriveKeys, type DerivedKey, type Secrets } from '../kernel/key-ring.js';
import { isMacOf, macOf } from '../kernel/mac.js';

/** How many recently checked rows are remembered. An entry has about 250 bytes. */
const CAPACITY = 10_000;

/** The rights of an enabled user, and the MAC of the row; null when the service did not sign the row. */
export interface SignedPower {
  readonly email: string;
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
  readonly mac: string | null;
}

/** Everything in a user's row that affects the user's rights. The MAC covers all of it. */
export interface UserPower extends Omit<SignedPower, 'mac'> {
  readonly passwordHash: string;
  readonly enabled: boolean;
  readonly mustResetPassword: boolean;
  readonly totpSecret: string | null;
}

/** The signed part of a user's row. */
export interface SignedUser extends UserPower, SignedPower {}

/** SQL: the columns of `SignedPower`, of the table with this alias. They are checked only for enabled users. */
export function powerColumns(alias: string): string {
  return `${alias}.email, ${alias}.is_administrator AS "isAdministrator", ${alias}.roles, ${alias}.mac`;
}

/** SQL: the columns of `SignedUser`, of the table with this alias. */
export function signedColumns(alias: string): string {
  return `${powerColumns(alias)}, ${alias}.password_hash AS "passwordHash", ${alias}.enabled,
    ${alias}.must_reset_password AS "mustResetPassword", ${alias}.totp_secret AS "totpSecret"`;
}

/**
 * Signs users' rows with HMACs under a key of the service's secret. A row that was written or changed outside the service gives no rights.
 * The first MAC covers the whole row. The second MAC covers the first MAC and the members that each request needs. So a request need not
 * read the password hash and the second factor. If an earlier row of the same user is put back with its MACs, the service cannot detect
 * this.
 */
@Injectable()
export class UserSealsService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];
  /** Rows whose second MAC was found genuine. They need not be checked again. */
  private readonly genuine = new Set<string>();

  constructor(@Inject(Settings) secrets: Secrets) {
    this.keys = deriveKeys('user-mac', secrets.TESSERA_SECRET, secrets.TESSERA_SECRET_PREVIOUS);
  }

  /** The MACs of a user's row, under the present secret. */
  sign(user: UserPower): string {
    const whole = macOf(rowOf(user), this.keys[0]);
    return `${whole} ${macOf(powerOf(user, user.enabled, whole), this.keys[0])}`;
  }

  /** Whether the service wrote this row, and the row is unchanged. */
  isGenuine(user: SignedUser): boolean {
    const [whole] = user.mac?.split(' ', 1) ?? [];
    return whole !== undefined && isMacOf(rowOf(user), whole, this.keys) && this.isPowerGenuine(user, user.enabled);
  }

  /** Whether the service wrote the rights of a user, and whether the user is enabled. */
  isPowerGenuine(user: SignedPower, enabled = true): boolean {
    if (user.mac === null) return false;
    const [whole = '', mac = ''] = user.mac.split(' ');
    const power = powerOf(user, enabled, whole);
    const entry = mac + power;
    if (this.genuine.has(entry)) return true;
    if (!isMacOf(power, mac, this.keys)) return false;
    this.genuine.add(entry);
    forgetOldest(this.genuine, CAPACITY);
    return true;
  }
}

/** The signed text of a row. It is JSON, so different rows have different texts. Its first word is the version of this list. */
function rowOf(user: UserPower): string {
  const { email, passwordHash, enabled, isAdministrator, roles, mustResetPassword, totpSecret } = user;
  const values = [email, passwordHash, enabled, isAdministrator, roles, mustResetPassword, totpSecret];
  return JSON.stringify(['user-1', ...values]);
}

function powerOf({ email, isAdministrator, roles }: Omit<SignedPower, 'mac'>, enabled: boolean, whole: string): string {
  return JSON.stringify(['power-1', email, enabled, isAdministrator, roles, whole]);
}
