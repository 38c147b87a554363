import { AppError } from '../kernel/app-error.js';
import { PROOF_ALGORITHMS } from './proof-algorithms.js';

/**
 * Where a proof was sent: the token endpoint answers 400 (RFC 9449, section 5), and a protected route answers 401 with a challenge
 * (section 7.1).
 */
export type ProofPlace = 'token-endpoint' | 'route';

/** The name of the header with which the service gives a nonce (RFC 9449, section 8). */
export const NONCE_HEADER = 'dpop-nonce';

/** The challenge for a proof (RFC 9449, section 7.1), with an error code if there is one. */
export function proofChallenge(error?: string): string {
  return `DPoP ${error === undefined ? '' : `error="${error}", `}algs="${PROOF_ALGORITHMS.join(' ')}"`;
}

/** The refusal of a proof. `fault` is the clause that the proof does not meet. */
export function invalidProof(fault: string, place: ProofPlace): AppError {
  return refusal('invalid_dpop_proof', place, `The DPoP proof is not valid: ${fault}.`, {});
}

/** The refusal of a request to the token endpoint that has no proof, by a client that must send one. */
export function proofDemanded(): AppError {
  return new AppError('invalid_dpop_proof', 400, 'This client must send a DPoP proof with each request.');
}

/** The refusal of a proof without a nonce of this service, or with an old one. The response has the nonce for the next proof. */
export function nonceNeeded(nonce: string, place: ProofPlace): AppError {
  const message = 'The DPoP proof needs the nonce of the header DPoP-Nonce.';
  return refusal('use_dpop_nonce', place, message, { [NONCE_HEADER]: nonce });
}

/** 401 for a proof by another key than that of the access token (RFC 9449, section 7.1). */
export function otherKey(): AppError {
  const headers = { 'www-authenticate': proofChallenge('invalid_token') };
  return new AppError('unauthorized', 401, 'The key of the DPoP proof is not the key of the access token.', {
    headers,
  });
}

function refusal(
  code: 'invalid_dpop_proof' | 'use_dpop_nonce',
  place: ProofPlace,
  message: string,
  headers: Readonly<Record<string, string>>,
): AppError {
  if (place === 'token-endpoint') return new AppError(code, 400, message, { headers });
  return new AppError(code, 401, message, { headers: { ...headers, 'www-authenticate': proofChallenge(code) } });
}
