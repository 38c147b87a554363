import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { SettingsError } from '../config/settings-error.js';
import type { DerivedKey } from '../kernel/key-ring.js';
import { seal, unseal } from '../kernel/seal.js';

/** An ES256 key pair, ready for use. */
export interface KeyPair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The public half, as the key set shows it (RFC 7517). */
  readonly jwk: JWK;
}

/** A key pair as it is stored. */
export interface SealedKeyPair {
  readonly kid: string;
  readonly sealedKey: string;
}

/** Makes a key pair and seals it. */
export async function createSealedKeyPair(key: DerivedKey): Promise<SealedKeyPair> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, sealedKey: seal(jwk, kid, key) };
}

/** Opens a stored key pair. @throws SettingsError when none of the known secrets opens it */
export async function openKeyPair({ kid, sealedKey }: SealedKeyPair, keys: readonly DerivedKey[]): Promise<KeyPair> {
  const opened = (await unseal(sealedKey, kid, keys)) as JWK | undefined;
  if (!opened) {
    throw new SettingsError([
      'TESSERA_SECRET: the signing keys in the database were sealed under another one; set it to that, or name that in TESSERA_SECRET_PREVIOUS',
    ]);
  }
  const privateKey = createPrivateKey({ key: opened as never, format: 'jwk' });
  const { kty, crv, x, y } = opened;
  return {
    kid,
    privateKey,
    publicKey: createPublicKey(privateKey),
    jwk: { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' } as JWK,
  };
}
