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
