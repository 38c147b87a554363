import { Injectable } from '@nestjs/common';
import { createHmac, randomBytes } from 'node:crypto';

const CAPACITY = 1_000;
const LIFE_MS = 5 * 60_000;

/**
 * Remembers for five minutes after its last use which password hash a pair of e-mail and password was checked against, so that a
 * Basic client pays for argon2 once and not with each request, and is not delayed by the failures of others. Nothing is kept in
 * clear: the pair is known by its HMAC under a key of this process. Since the hash it was checked against is what is remembered, a
 * changed password forgets itself.
 */
@Injectable()
export class RememberedPasswordsService {
  private readonly key = randomBytes(32);
  private readonly entries = new Map<string, { readonly passwordHash: string; readonly until: number }>();

  /** Whether this pair was checked against this very hash not long ago; if so, it is remembered for longer. */
  knows(email: string, password: string, passwordHash: string): boolean {
    const entry = this.entries.get(this.digest(email, password));
    const isKnown = entry?.passwordHash === passwordHash && entry.until > performance.now();
    if (isKnown) this.remember(email, password, passwordHash);
    return isKnown;
  }

  /** Remembers a pair that was right; what was not used for longest is forgotten when there are too many. */
  remember(email: string, password: string, passwordHash: string): void {
    const digest = this.digest(email, password);
    this.entries.delete(digest);
    this.entries.set(digest, { passwordHash, until: performance.now() + LIFE_MS });
    if (this.entries.size > CAPACITY) this.entries.delete(this.entries.keys().next().value ?? '');
  }

  private digest(email: string, password: string): string {
    return createHmac('sha256', this.key).update(email).update('\0').update(password).digest('base64');
  }
}
