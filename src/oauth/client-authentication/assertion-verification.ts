import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { ClientAuthenticationRefusal } from '../../kernel/refusal-reasons.js';
import { ASSERTION_ALGORITHMS } from './client-methods.js';

/** The types of JWT that an assertion may say it is. Many clients leave the type out. */
const TYPE = /^(application\/)?(jwt|client-authentication\+jwt)$/i;
/** jose checks no time: the database's clock decides when an assertion is valid. */
const ANY_TIME = Number.MAX_SAFE_INTEGER;

/** What the claims of an assertion must say. */
interface Expected {
  readonly clientId: string;
  readonly audience: string[];
}

/** The claims of an assertion that a client signed for this audience, whatever their times say. @throws every error of jose */
export async function verifiedClaims(
  assertion: string,
  keys: JWTVerifyGetKey,
  { clientId, audience }: Expected,
): Promise<JWTPayload> {
  const { typ } = decodeProtectedHeader(assertion);
  // A client may sign other JWTs with the same key, such as proofs of possession (RFC 8725, section 3.11).
  if (typ !== undefined && !TYPE.test(typ)) throw new errors.JWTInvalid('another type of JWT');
  const options = {
    ...{ issuer: clientId, subject: clientId, audience, algorithms: [...ASSERTION_ALGORITHMS] },
    ...{ requiredClaims: ['exp', 'jti'], clockTolerance: ANY_TIME },
  };
  try {
    return (await jwtVerify(assertion, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      const verified = await jwtVerify(assertion, key, options).catch((failure: unknown) => {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
        return undefined;
      });
      if (verified) return verified.payload;
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** Why an assertion is refused, by the error of its verification. */
export function refusalOf(error: unknown): ClientAuthenticationRefusal {
  // It expired before any time that a clock may show.
  if (error instanceof errors.JWTExpired) return 'assertion-expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'aud' ? 'assertion-audience' : 'assertion-claims';
  const isMalformed = error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid;
  // decodeProtectedHeader throws a TypeError for a text that is no JWT.
  return isMalformed || error instanceof TypeError ? 'assertion-malformed' : 'assertion-signature';
}
