import { hkdfSync } from 'node:crypto';

/** What a derived key is for. One purpose, one key: no key serves two. */
export type KeyPurpose = 'signing-key-seal';

/** Derives the 256-bit key of one purpose from the service's secret (HKDF with SHA-256, RFC 5869). */
export function deriveKey(secret: Uint8Array, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'tessera', purpose, 32));
}
