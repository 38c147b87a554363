import { Injectable } from '@nestjs/common';
import {
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { forgetOldest } from '../kernel/forget-oldest.js';
import { hasPrivateMembers } from '../kernel/private-key-members.js';
import { PROOF_ALGORITHMS } from './proof-algorithms.js';

/** How many keys of clients are remembered. Each takes about two kilobytes. */
const CAPACITY = 1_000;
const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const TYPE = /^(application\/)?dpop\+jwt$/i;
/** The most characters of the modulus and of the exponent of an RSA key: 4,096 and 32 bits. Greater numbers take long to verify. */
const RSA_LIMITS = { n: 683, e: 6 } as const;

/** The key of a proof, the thumbprint of the key (RFC 7638, SHA-256), and the algorithm of the signature. */
interface ProofKey {
  readonly jkt: string;
  readonly key: CryptoKey;
  readonly algorithm: string;
}

/** The content of a proof whose signature is right. */
export interface SignedProof {
  /** The thumbprint of the key that signed the proof. */
  readonly jkt: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A clause of RFC 9449, section 4.3, that a proof does not meet, in words that follow "is not valid:". */
export class ProofFault extends Error {
  override readonly name = 'ProofFault';
}

/**
 * Verifies the signatures of proofs. A client sends the same header with all its proofs, so the keys of headers are remembered: only the
 * first proof of a client costs the import and the thumbprint of its key.
 */
@Injectable()
export class ProofKeysService {
  private readonly keys = new Map<string, ProofKey>();

  /** Reads a proof and verifies its signature. @throws ProofFault */
  async read(proof: string): Promise<SignedProof> {
    if (proof.includes(',')) throw new ProofFault('there is more than one header DPoP');
    const header = proof.slice(0, proof.indexOf('.'));
    const known = this.keys.get(header);
    const { jkt, key, algorithm } = known ?? (await keyOf(proof));
    const { payload } = await compactVerify(proof, key, { algorithms: [algorithm] }).catch(() => {
      throw new ProofFault('its signature is wrong');
    });
    if (!known) this.remember(header, { jkt, key, algorithm });
    return { jkt, claims: claimsOf(payload) };
  }

  private remember(header: string, key: ProofKey): void {
    this.keys.set(header, key);
    forgetOldest(this.keys, CAPACITY);
  }
}

async function keyOf(proof: string): Promise<ProofKey> {
  const { typ, alg = '', jwk, crit } = headerOf(proof);
  if (typ === undefined || !TYPE.test(typ)) throw new ProofFault('its typ is not dpop+jwt');
  if (!PROOF_ALGORITHMS.includes(alg)) throw new ProofFault(`its alg is none of ${PROOF_ALGORITHMS.join(', ')}`);
  if (crit !== undefined) throw new ProofFault('its header has the member crit');
  const given: unknown = jwk;
  if (typeof given !== 'object' || given === null) throw new ProofFault('its header has no jwk');
  if (hasPrivateMembers(given)) throw new ProofFault('its jwk is not a public key');
  const { kty, crv, x, y, n, e } = given as JWK;
  if (kty === 'RSA' && (String(n).length > RSA_LIMITS.n || String(e).length > RSA_LIMITS.e))
    throw new ProofFault('its key is too long');
  const publicKey = (kty === 'RSA' ? { kty, n, e } : { kty, crv, x, ...(y !== undefined && { y }) }) as JWK;
  try {
    const key = (await importJWK(publicKey, alg)) as CryptoKey;
    return { jkt: await calculateJwkThumbprint(publicKey), key, algorithm: alg };
  } catch {
    throw new ProofFault('its jwk is not a key for its alg');
  }
}

function headerOf(proof: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(proof);
  } catch {
    throw new ProofFault('it is not a JWT');
  }
}

function claimsOf(payload: Uint8Array): SignedProof['claims'] {
  try {
    const claims: unknown = JSON.parse(UTF_8.decode(payload));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return claims as SignedProof['claims'];
  } catch {
    // The fault is the same as for JSON of another kind.
  }
  throw new ProofFault('its payload is not a JSON object');
}
