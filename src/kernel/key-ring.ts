import { hkdfSync } from 'node:crypto';

/** The purpose of a derived key. Each purpose has its own key. */
export type KeyPurpose =
  | 'refresh-token-mac'
  | 'ticket-seal'
  | 'signing-key-seal'
  | 'totp-seal'
  | 'recovery-code-seal'
  | 'password-ticket-seal'
  | 'throttle-key'
  | 'password-pepper'
  | 'user-mac'
  | 'client-mac'
  | 'audit-seal'
  | 'dpop-nonce'
  | 'erasure-seal';

/** The settings that keys are derived from: the current secret, and earlier secrets that are still accepted. */
export interface Secrets {
  readonly TESSERA_SECRET: string;
  readonly TESSERA_SECRET_PREVIOUS: readonly string[];
}

/** A key derived for one purpose. The number usually differs between secrets, but two secrets may share a number by chance. */
export interface DerivedKey {
  readonly number: number;
  readonly key: Buffer;
}

/**
 * Derives the 256-bit keys of one purpose (HKDF with SHA-256, RFC 5869). The first key comes from the current secret and makes new values.
 * The other keys come from earlier secrets and only check existing values.
 */
export function deriveKeys(
  purpose: KeyPurpose,
  secret: string,
  previous: readonly string[],
): [DerivedKey, ...DerivedKey[]] {
  return [derive(purpose, secret), ...previous.map((earlier) => derive(purpose, earlier))];
}

function derive(purpose: KeyPurpose, secret: string): DerivedKey {
  const bytes = Buffer.from(hkdfSync('sha256', secret, 'tessera', purpose, 33));
  return { number: bytes.readUInt8(32), key: bytes.subarray(0, 32) };
}
