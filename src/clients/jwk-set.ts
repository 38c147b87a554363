import { createPublicKey } from 'node:crypto';
import { hasPrivateMembers } from '../kernel/private-key-members.js';

/** Why a text is not a set of public keys (RFC 7517, section 5); undefined when it is. */
export function jwkSetFault(text: string): string | undefined {
  const keys = keysIn(text);
  if (!keys || keys.length === 0) return 'must be the JSON of a key set: {"keys":[…]} with a key';
  if (keys.some((key) => hasPrivateMembers(key))) return 'must have public keys alone: a key has private members';
  return keys.every(isKey) ? undefined : 'must have RSA, EC or OKP keys that can be used';
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

function isKey(key: object): boolean {
  try {
    createPublicKey({ key: key as never, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}
