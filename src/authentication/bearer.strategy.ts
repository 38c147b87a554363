import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import type { Principal } from '../access/principal.js';
import { principalOf } from '../access/request-origin.js';
import { SessionPrincipalsService } from '../sessions/session-principals.service.js';
import { AccessTokensService, referenceOf, type AccessTokenClaims } from '../signing-keys/access-tokens.service.js';
import './jwt-verifier.js';

/** The scheme is matched without regard to case (RFC 9110, section 11.1). */
const BEARER = /^bearer +(\S+) *$/i;

/**
 * `Authorization: Bearer <access token>` (RFC 6750, section 2.1): a JWT of ours, in the profile of RFC 9068, checked by passport-jwt. Its
 * session must live, and its roles are those of the user now, not of when it was issued: both are read with each request, and by the
 * database's clock.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'tessera-bearer') {
  constructor(
    accessTokens: AccessTokensService,
    private readonly principals: SessionPrincipalsService,
  ) {
    super({
      jwtFromRequest: tokenOf,
      // The verifier finds the key of the token itself. Issuer, audience and algorithm are checked there, and the expiry by the database.
      secretOrKeyProvider: (_request, _token, done) => {
        done(null, accessTokens as never);
      },
      passReqToCallback: true,
    });
  }

  /** The principal of the verified claims, or false when the token has expired or its session has ended. */
  async validate(request: FastifyRequest, claims: AccessTokenClaims): Promise<Principal | false> {
    const user = await this.principals.userOf(referenceOf(claims));
    return user ? principalOf(user, request) : false;
  }
}

/** The extractor of passport-jwt would also take the first word of several. */
function tokenOf({ headers }: FastifyRequest): string | null {
  return BEARER.exec(headers.authorization ?? '')?.[1] ?? null;
}
