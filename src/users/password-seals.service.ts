import { Inject, Injectable } from '@nestjs/common';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey, type Secrets } from '../kernel/key-ring.js';

/** What a peppered hash begins with. Its other parts are those of argon2's PHC string; the number of the key is one of them. */
const PEPPERED = /^\$argon2id-peppered\$k=(\d{1,3}),(v=\d+\$[^$]+\$[^$]+)\$([\w-]+)$/;
const PLAIN = /^\$argon2id\$(v=\d+\$[^$]+\$[^$]+)\$([A-Za-z0-9+/]+)$/;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Puts a pepper on password hashes: the last part of the argon2id string, the hash itself, is stored encrypted (AES-256-GCM) under a
 * key of the service's secret. Who reads the database alone cannot try passwords. Unlike a pepper that is hashed with the password, this
 * one can be exchanged without the password: a change of TESSERA_SECRET ends at the next start, and does not wait for every user
 * to sign in. Version, cost and salt stay readable, so the salt names the password whatever it is stored under.
 */
@Injectable()
export class PasswordSealsService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(@Inject(Settings) secrets: Secrets) {
    this.keys = deriveKeys('password-pepper', secrets.TESSERA_SECRET, secrets.TESSERA_SECRET_PREVIOUS);
  }

  /** Puts the pepper of the present secret on an argon2id PHC string. @throws Error when it is none */
  seal(phc: string): string {
    const [, parameters, hash] = PLAIN.exec(phc) ?? [];
    if (!parameters || !hash) throw new Error('Only an argon2id string can be peppered.');
    const [{ number, key }] = this.keys;
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(parameters));
    const sealed = Buffer.concat([iv, cipher.update(hash, 'base64'), cipher.final(), cipher.getAuthTag()]);
    return `$argon2id-peppered$k=${number},${parameters}$${sealed.toString('base64url')}`;
  }

  /** The argon2id PHC string of a stored hash, peppered or not; undefined when the pepper is of no known secret. */
  open(stored: string): string | undefined {
    const [, number, parameters, sealed] = PEPPERED.exec(stored) ?? [];
    if (!parameters || !sealed) return stored;
    for (const key of this.keys.filter((candidate) => candidate.number === Number(number))) {
      const hash = unseal(Buffer.from(sealed, 'base64url'), parameters, key);
      if (hash) return `$argon2id$${parameters}$${hash.toString('base64').replace(/=+$/, '')}`;
    }
    return undefined;
  }

  /** A stored hash whose pepper is of an earlier secret, under the present one; any other as it is. */
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

/** SQL: what names the password that a stored hash is of, peppered or not: its salt. A new password has a new one. */
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
