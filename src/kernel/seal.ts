import { CompactEncrypt, compactDecrypt } from 'jose';
import type { DerivedKey } from './key-ring.js';

/** Encrypts a value for storage as a compact JWE (`dir`, A256GCM; RFC 7516), bound to the name of the place where it is stored. */
export async function seal(value: object, place: string, { key }: DerivedKey): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(value)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', place })
    .encrypt(key);
}

/**
 * Decrypts a value that was sealed for this place under one of the keys; undefined when no key opens it, or when it was sealed for another
 * place.
 */
export async function unseal(sealed: string, place: string, keys: readonly DerivedKey[]): Promise<unknown> {
  for (const { key } of keys) {
    const opened = await compactDecrypt(sealed, key).catch(() => undefined);
    if (opened)
      return opened.protectedHeader['place'] === place
        ? (JSON.parse(new TextDecoder().decode(opened.plaintext)) as unknown)
        : undefined;
  }
  return undefined;
}

/** Seals a value again under the first key. Undefined when it is already sealed under the first key, or when none of the keys opens it. */
export async function reseal(
  sealed: string,
  place: string,
  keys: readonly [DerivedKey, ...DerivedKey[]],
): Promise<string | undefined> {
  const [current, ...earlier] = keys;
  if (await unseal(sealed, place, [current])) return undefined;
  const value = await unseal(sealed, place, earlier);
  return value ? seal(value, place, current) : undefined;
}
