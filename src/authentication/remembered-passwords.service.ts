import { Injectable } from '@nestjs/common';
import { createHmac, randomBytes } from 'node:crypto';
import { forgetOldest } from '../kernel/forget-oldest.js';
import { steadyNow } from '../kernel/steady-now.js';

const CAPACITY = 1_000;
const LIFE_MS = 5 * 60_000;

/**
 * Remembers pairs of e-mail and password that were right, for five minutes after their last use. So a Basic client causes one argon2 check
 * and not one with each request, and the failed attempts of other clients do not delay it. The service does not store the password itself:
 * it stores an HMAC of the pair under a key of this process, with the password hash that the pair was checked against. So after a change of
 * the password, the entry no longer matches.
 */
@Injectable()
export class RememberedPasswordsService {
  private readonly key = randomBytes(32);
  private readonly entries = new Map<string, { readonly passwordHash: string; readonly until: number }>();

  /** Whether this pair was checked against this hash within the last five minutes. If so, it is remembered for five more minutes. */
  knows(email: string, password: string, passwordHash: string): boolean {
    const entry = this.entries.get(this.digest(email, password));
    const isKnown = entry?.passwordHash === passwordHash && entry.until > steadyNow();
    if (isKnown) this.remember(email, password, passwordHash);
    return isKnown;
  }

  /** Remembers a pair that was right. If there are too many pairs, the least recently used pair is forgotten. */
  remember(email: string, password: string, passwordHash: string): void {
    const digest = this.digest(email, password);
    this.entries.delete(digest);
    this.entries.set(digest, { passwordHash, until: steadyNow() + LIFE_MS });
    forgetOldest(this.entries, CAPACITY);
  }

  private digest(email: string, password: string): string {
    return createHmac('sha256', this.key).update(email).update('\0').update(password).digest('base64');
  }
}
