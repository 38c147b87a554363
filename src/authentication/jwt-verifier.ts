import { Strategy } from 'passport-jwt';
import { AccessTokensService } from '../signing-keys/access-tokens.service.js';

type JwtVerifier = (
  token: string,
  key: unknown,
  options: object,
  done: (refusal: Error | null, claims?: unknown) => void,
) => void;

/** The token could not be verified, for example because the database cannot be reached. `cause` says why. The token may be valid. */
export class VerificationFault extends Error {
  override readonly name = 'VerificationFault';

  constructor(cause: unknown) {
    super('The token could not be verified.', { cause });
  }
}

/** The type declarations of passport-jwt do not include its verifier. */
const passportJwt = Strategy as typeof Strategy & { JwtVerifier: JwtVerifier };
const usualVerifier = passportJwt.JwtVerifier;

/**
 * Replaces the verifier of every passport-jwt strategy in this process. If the key of a strategy is an `AccessTokensService`, that service
 * verifies the token: it checks each signature once and remembers the claims. Other strategies, such as those of extensions, keep the
 * verifier of passport-jwt.
 */
passportJwt.JwtVerifier = (token, key, options, done) => {
  if (!(key instanceof AccessTokensService)) {
    usualVerifier(token, key, options, done);
    return;
  }
  const verified = key.verify(token).then((claims) => (claims && key.isForService(claims) ? claims : undefined));
  verified.then(
    (claims) => {
      if (claims) done(null, claims);
      else done(new Error('The token is not an access token for this service.'));
    },
    (cause: unknown) => {
      done(new VerificationFault(cause));
    },
  );
};
