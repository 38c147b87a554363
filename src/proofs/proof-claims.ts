import { hash } from 'node:crypto';
import { ProofFault, type SignedProof } from './proof-keys.service.js';
import type { ProofTargets } from './proof-target.js';
import type { SentProof } from './sent-proof.js';

/** A time in seconds since 1970 that every database can store. */
const LATEST = 100_000_000_000;

/** The claims of a proof (RFC 9449, section 4.2) that are not judged yet: whether it is new, and how old it is. */
export interface ProofClaims {
  readonly jti: string;
  /** When the client made the proof by its own clock, in seconds since 1970. */
  readonly iat: number;
  readonly nonce: string | undefined;
}

/**
 * Checks that a proof describes its request and the access token that the request carries (RFC 9449, section 4.3, clauses 3, 8, 9 and 12).
 * @throws ProofFault
 */
export function checkedClaims(
  { claims }: SignedProof,
  { method, target }: SentProof,
  targets: ProofTargets,
  accessToken: string | undefined,
): ProofClaims {
  const { jti, htm, htu, iat, ath, nonce } = claims;
  if (typeof jti !== 'string' || jti === '') throw new ProofFault('it has no jti');
  if (htm !== method) throw new ProofFault('its htm is not the method of the request');
  if (typeof htu !== 'string' || !targets.isUrlOf(htu, target))
    throw new ProofFault('its htu is not the URL of the request');
  if (typeof iat !== 'number' || !(iat >= 0 && iat <= LATEST)) throw new ProofFault('it has no iat');
  if (nonce !== undefined && typeof nonce !== 'string') throw new ProofFault('its nonce is not a text');
  if (accessToken !== undefined && ath !== hash('sha256', accessToken, 'base64url'))
    throw new ProofFault('its ath is not the hash of the access token');
  return { jti, iat, nonce };
}
