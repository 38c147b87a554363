import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import type { Principal } from '../access/principal.js';
import { principalOf } from '../access/request-origin.js';
import { ProofsService } from '../proofs/proofs.service.js';
import { sentProof } from '../proofs/sent-proof.js';
import { SessionPrincipalsService, type SessionUser } from '../sessions/session-principals.service.js';
import { AccessTokensService, referenceOf, type AccessTokenClaims } from '../signing-keys/access-tokens.service.js';
import './jwt-verifier.js';
import { proofNeeded, schemeOf } from './unauthorized.js';

/** The scheme is matched without regard to case (RFC 9110, section 11.1). */
const TOKEN = /^(?:bearer|dpop) +(\S+) *$/i;

/**
 * `Authorization: Bearer <access token>` (RFC 6750, section 2.1), or `Authorization: DPoP <access token>` with a proof of the token's key
 * (RFC 9449, section 7.1): a JWT that this service issued (RFC 9068). passport-jwt checks it. The session of the token must be live. The
 * roles are those that the user has now, not those at the time of issue. Each request reads both from the database, whose clock decides.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'tessera-bearer') {
  constructor(
    accessTokens: AccessTokensService,
    private readonly principals: SessionPrincipalsService,
    private readonly proofs: ProofsService,
  ) {
    super({
      jwtFromRequest: tokenOf,
      // `AccessTokensService` finds the key of the token and checks issuer, audience and algorithm. The database checks the expiry.
      secretOrKeyProvider: (_request, _token, done) => {
        done(null, accessTokens as never);
      },
      passReqToCallback: true,
    });
  }

  /**
   * The principal of the verified claims, or false when the token has expired or its session has ended.
   * @throws AppError 401 when a token is bound to a key and the request has no good proof of this key
   */
  async validate(request: FastifyRequest, claims: AccessTokenClaims): Promise<Principal | false> {
    const user = await (claims.cnf ? this.userOfBound(request, claims, claims.cnf.jkt) : this.userOf(request, claims));
    return user ? principalOf(user, request) : false;
  }

  /** A token that is not bound to a key cannot be sent as DPoP: the client believes that it is protected (RFC 9449, section 7.1). */
  private async userOf(request: FastifyRequest, claims: AccessTokenClaims): Promise<SessionUser | undefined> {
    return schemeOf(request) === 'bearer' ? this.principals.userOf(referenceOf(claims)) : undefined;
  }

  /** The proof and the session are looked up concurrently: neither costs the other a round trip. */
  private async userOfBound(
    request: FastifyRequest,
    claims: AccessTokenClaims,
    jkt: string,
  ): Promise<SessionUser | undefined> {
    if (schemeOf(request) !== 'dpop') throw proofNeeded();
    const sent = sentProof(request, (nonce) => {
      request.dpopNonce = nonce;
    });
    const proof = await this.proofs.read(sent, { accessToken: tokenOf(request) ?? '', jkt });
    const [user] = await Promise.all([this.principals.userOf(referenceOf(claims)), this.proofs.use(proof)]);
    return user;
  }
}

/** The extractor of passport-jwt would accept a header with several words and use the first word as the token. */
function tokenOf({ headers }: FastifyRequest): string | null {
  return TOKEN.exec(headers.authorization ?? '')?.[1] ?? null;
}
