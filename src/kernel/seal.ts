import { CompactEncrypt, compactDecrypt } from 'jose';
import type { DerivedKey } from './key-ring.js';

/** Seals a value that may be stored: a compact JWE (`dir`, A256GCM; RFC 7516) bound to the name of the place it is stored in. */
export async function seal(value: object, place: string, { key }: DerivedKey): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(value)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', place })
    .encrypt(key);
}

/** Opens what was sealed for this place under one of the keys; undefined when none opens it or it was sealed for another place. */
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

/** What was sealed under an earlier key, sealed under the first; undefined when it is so already, or none of the keys opens it. */
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
