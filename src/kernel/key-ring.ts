import { hkdfSync } from 'node:crypto';

/** What a derived key is for. One purpose, one key: no key serves two. */
export type KeyPurpose =
  | 'refresh-token-mac'
  | 'ticket-seal'
  | 'signing-key-seal'
  | 'totp-seal'
  | 'throttle-key'
  | 'password-pepper'
  | 'user-mac'
  | 'audit-seal';

/** The settings that keys are derived from: the secret in use, and earlier ones that are still accepted. */
export interface Secrets {
  readonly TESSERA_SECRET: string;
  readonly TESSERA_SECRET_PREVIOUS: readonly string[];
}

/** A key derived for one purpose. The number distinguishes keys of different secrets; two secrets may share a number by chance. */
export interface DerivedKey {
  readonly number: number;
  readonly key: Buffer;
}

/**
 * The 256-bit keys of one purpose: the one of the current secret first, by which things are made, then those of the secrets before
 * it, under which they stay valid (HKDF with SHA-256, RFC 5869).
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
