import { hash, timingSafeEqual } from 'node:crypto';
import { randomBytes } from '../kernel/random-bytes.js';
import type { RegisteredClient } from './registered-client.js';

/** Secret scanners find a secret by this beginning. */
const PREFIX = 'tcs_';

/** A new secret of 256 random bits, and the hash under which it is stored. */
export function newSecret(): { readonly secret: string; readonly hash: string } {
  const secret = PREFIX + randomBytes(32).toString('base64url');
  return { secret, hash: hashOf(secret) };
}

/** Whether a secret is one of the valid secrets of a client. The time that this takes does not depend on the secret. */
export function isSecretOf({ secretHashes }: Pick<RegisteredClient, 'secretHashes'>, secret: string): boolean {
  const sent = Buffer.from(hashOf(secret));
  let isValid = false;
  for (const stored of secretHashes) {
    const known = Buffer.from(stored);
    if (known.length === sent.length && timingSafeEqual(known, sent)) isValid = true;
  }
  return isValid;
}

/** A secret is random and long, so a fast hash is enough. */
function hashOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}
