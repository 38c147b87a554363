import { Inject, Injectable } from '@nestjs/common';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey, type Secrets } from '../kernel/key-ring.js';

/** A peppered hash. It has the parts of argon2's PHC string; its parameters also contain the number of the key. */
const PEPPERED = /^\$argon2id-peppered\$k=(\d{1,3}),(v=\d+\$[^$]+\$[^$]+)\$([\w-]+)$/;
const PLAIN = /^\$argon2id\$(v=\d+\$[^$]+\$[^$]+)\$([A-Za-z0-9+/]+)$/;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Peppers password hashes: the last part of the argon2id string, the hash itself, is encrypted (AES-256-GCM) under a key of the service's
 * secret. An attacker who can read only the database cannot test passwords. A pepper that is hashed with the password could be changed only
 * when the user signs in. This pepper can be changed without the password, so a change of TESSERA_SECRET is complete after the next start.
 * Version, cost and salt stay readable. So the salt identifies the password in every form of the hash.
 */
@Injectable()
export class PasswordSealsService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(@Inject(Settings) secrets: Secrets) {
    this.keys = deriveKeys('password-pepper', secrets.TESSERA_SECRET, secrets.TESSERA_SECRET_PREVIOUS);
  }

  /** Peppers an argon2id PHC string under the present secret. @throws Error when the text is not such a string */
  seal(phc: string): string {
    const [, parameters, hash] = PLAIN.exec(phc) ?? [];
    if (!parameters || !hash) throw new Error('Only an argon2id string can be peppered.');
    const [{ number, key }] = this.keys;
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(parameters));
    const sealed = Buffer.concat([iv, cipher.update(hash, 'base64'), cipher.final(), cipher.getAuthTag()]);
    return `$argon2id-peppered$k=${number},${parameters}$${sealed.toString('base64url')}`;
  }

  /** The argon2id PHC string of a stored hash, peppered or not; undefined when no known secret opens the pepper. */
  open(stored: string): string | undefined {
    const [, number, parameters, sealed] = PEPPERED.exec(stored) ?? [];
    if (!parameters || !sealed) return stored;
    for (const key of this.keys.filter((candidate) => candidate.number === Number(number))) {
      const hash = unseal(Buffer.from(sealed, 'base64url'), parameters, key);
      if (hash) return `$argon2id$${parameters}$${hash.toString('base64').replace(/=+$/, '')}`;
    }
    return undefined;
  }

  /**
   * Renews a stored hash: a pepper under an earlier secret is replaced by a pepper under the present secret. Other hashes stay unchanged.
   */
  renew(stored: string): string {
    if (!isPeppered(stored) || this.isCurrent(stored)) return stored;
    const phc = this.open(stored);
    return phc === undefined ? stored : this.seal(phc);
  }

  private isCurrent(stored: string): boolean {
    const [, number, parameters = '', sealed = ''] = PEPPERED.exec(stored) ?? [];
    const [current] = this.keys;
    return (
      current.number === Number(number) && unseal(Buffer.from(sealed, 'base64url'), parameters, current) !== undefined
    );
  }
}

/** Whether a stored hash has a pepper. Hashes of version 0.1 have none until their user signs in. */
export function isPeppered(stored: string): boolean {
  return PEPPERED.test(stored);
}

/** Identifies the password of a stored hash, as `passwordNameSql` does. */
export function passwordNameOf(stored: string): string {
  return stored.split('$')[4] ?? '';
}

/** SQL: identifies the password of a stored hash, peppered or not, by its salt. Each new password has a new salt. */
export function passwordNameSql(stored: string): string {
  return `split_part(${stored}, '$', 5)`;
}

function unseal(sealed: Buffer, parameters: string, { key }: DerivedKey): Buffer | undefined {
  if (sealed.length <= IV_LENGTH + TAG_LENGTH) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_LENGTH), { authTagLength: TAG_LENGTH });
  decipher.setAAD(Buffer.from(parameters)).setAuthTag(sealed.subarray(-TAG_LENGTH));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_LENGTH, -TAG_LENGTH)), decipher.final()]);
  } catch {
    return undefined;
  }
}
