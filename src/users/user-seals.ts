import { Inject, Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey, type Secrets } from '../kernel/key-ring.js';
import { isMacOf, macOf } from '../kernel/mac.js';

/** Users whose rows were checked not long ago. An entry is about 500 bytes. */
const CAPACITY = 2_000;

/** What gives a user power: all of it is under the MAC. */
export interface UserPower {
  readonly email: string;
  readonly passwordHash: string;
  readonly enabled: boolean;
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
  readonly mustResetPassword: boolean;
  readonly totpSecret: string | null;
}

/** A user's row as far as it is signed, with its MAC; null when the service never signed it. */
export interface SignedUser extends UserPower {
  readonly mac: string | null;
}

/** SQL: the columns of `SignedUser`, of the table with this alias. */
export function signedColumns(alias: string): string {
  return `${alias}.email, ${alias}.password_hash AS "passwordHash", ${alias}.enabled,
    ${alias}.is_administrator AS "isAdministrator", ${alias}.roles, ${alias}.must_reset_password AS "mustResetPassword",
    ${alias}.totp_secret AS "totpSecret", ${alias}.mac`;
}

/**
 * Signs users' rows with an HMAC under a key of the service's secret, so that a row that was written outside the service, or changed
 * there, has no power. An earlier row of the same user, put back with its own MAC, is not recognised.
 */
@Injectable()
export class UserSeals {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];
  /** Rows that were genuine, by their whole content. The same content is genuine again. */
  private readonly genuine = new Set<string>();

  constructor(@Inject(Settings) secrets: Secrets) {
    this.keys = deriveKeys('user-mac', secrets.TESSERA_SECRET, secrets.TESSERA_SECRET_PREVIOUS);
  }

  /** The MAC of a user's row, under the present secret. */
  sign(user: UserPower): string {
    return macOf(contentOf(user), this.keys[0]);
  }

  /** Whether the service wrote this row as it is. */
  isGenuine(user: SignedUser): boolean {
    if (user.mac === null) return false;
    const content = contentOf(user);
    const entry = `${user.mac} ${content}`;
    if (this.genuine.has(entry)) return true;
    if (!isMacOf(content, user.mac, this.keys)) return false;
    this.genuine.add(entry);
    if (this.genuine.size > CAPACITY) this.genuine.delete(this.genuine.keys().next().value ?? '');
    return true;
  }
}

/** JSON, so that no two users have the same content. The word in front says which version of this list it is. */
function contentOf(user: UserPower): string {
  const { email, passwordHash, enabled, isAdministrator, roles, mustResetPassword, totpSecret } = user;
  return JSON.stringify([
    'user-1',
    email,
    passwordHash,
    enabled,
    isAdministrator,
    roles,
    mustResetPassword,
    totpSecret,
  ]);
}
