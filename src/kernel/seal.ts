import { compactDecrypt } from 'jose';
import { createCipheriv } from 'node:crypto';
import type { DerivedKey } from './key-ring.js';
import { randomBytes } from './random-bytes.js';

const IV_LENGTH = 12;

/**
 * Encrypts a value for storage as a compact JWE (`dir`, A256GCM; RFC 7516), bound to the name of the place where it is stored. Node.js
 * encrypts it: jose does it in another thread, which takes a sign-in ten times as long.
 */
export function seal(value: object, place: string, { key }: DerivedKey): string {
  const header = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', place })).toString('base64url');
  const iv = randomBytes(IV_LENGTH);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(header));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]).toString('base64url');
  return [header, '', iv.toString('base64url'), sealed, cipher.getAuthTag().toString('base64url')].join('.');
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
