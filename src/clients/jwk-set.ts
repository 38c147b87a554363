import { createPublicKey, type KeyObject } from 'node:crypto';
import { hasPrivateMembers } from '../kernel/private-key-members.js';

/** Shorter RSA keys verify nothing (RFC 7518, section 3.3). */
const LEAST_RSA_BITS = 2_048;

/** Why a text is not a set of public keys (RFC 7517, section 5); undefined when it is. */
export function jwkSetFault(text: string): string | undefined {
  const keys = keysIn(text);
  if (!keys || keys.length === 0) return 'must be the JSON of a key set: {"keys":[…]} with a key';
  if (keys.some((key) => hasPrivateMembers(key))) return 'must have public keys alone: a key has private members';
  const read = keys.map((key) => publicKeyOf(key));
  if (read.includes(undefined)) return 'must have RSA, EC or OKP keys that can be used';
  return read.some((key) => isShortRsa(key)) ? `must have RSA keys of ${LEAST_RSA_BITS} bits or more` : undefined;
}

function keysIn(text: string): readonly object[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { readonly keys?: unknown };
    return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null)
      ? (keys as object[])
      : undefined;
  } catch {
    return undefined;
  }
}

function publicKeyOf(key: object): KeyObject | undefined {
  try {
    return createPublicKey({ key: key as never, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function isShortRsa(key: KeyObject | undefined): boolean {
  return (key?.asymmetricKeyDetails?.modulusLength ?? Infinity) < LEAST_RSA_BITS;
}
