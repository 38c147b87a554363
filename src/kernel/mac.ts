import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DerivedKey } from './key-ring.js';

/** The HMAC-SHA-256 of a text (RFC 2104), in the form that is stored: the number of its key, a dot, and the MAC in base64url. */
export function macOf(text: string, { number, key }: DerivedKey): string {
  return `${number}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

/** Whether `mac` is the result of `macOf` for the text under one of the keys. */
export function isMacOf(text: string, mac: string, keys: readonly DerivedKey[]): boolean {
  const given = Buffer.from(mac);
  return keys.some((key) => {
    const expected = Buffer.from(macOf(text, key));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}
