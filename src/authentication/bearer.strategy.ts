import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import type { Principal, PrincipalSession } from '../access/principal.js';
import { clientPrincipalOf, principalOf } from '../access/request-origin.js';
import { ClientPrincipalsService } from '../clients/client-principals.service.js';
import { SessionPrincipalsService } from '../sessions/session-principals.service.js';
import { referenceOf, type AccessTokenClaims, type SessionTokenClaims } from '../signing-keys/access-token-claims.js';
import { AccessTokensService } from '../signing-keys/access-tokens.service.js';
import './jwt-verifier.js';

/** The scheme is matched without regard to case (RFC 9110, section 11.1). */
const BEARER = /^bearer +(\S+) *$/i;

/**
 * `Authorization: Bearer <access token>` (RFC 6750, section 2.1): a JWT that this service issued (RFC 9068). passport-jwt checks it. The
 * session of the token must be live. The roles are those that the user has now, not those at the time of issue. Each request reads both
 * from the database, whose clock decides. A token of a client itself has no session: then the record of the client has the roles.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'tessera-bearer') {
  constructor(
    accessTokens: AccessTokensService,
    private readonly principals: SessionPrincipalsService,
    private readonly clients: ClientPrincipalsService,
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
   * The principal of the verified claims: a user, or the client of a token without a session. False when the token has
   * expired, its session has ended, or its client may no longer have it.
   */
  async validate(request: FastifyRequest, claims: AccessTokenClaims): Promise<Principal | false> {
    if (claims.sid === undefined) {
      const { client_id: clientId, iat: issued, exp: expires } = claims;
      const client = await this.clients.of({ clientId, issued, expires });
      return client ? clientPrincipalOf(client, request) : false;
    }
    const user = await this.principals.userOf(referenceOf(claims));
    return user ? principalOf(user, request, sessionOf(claims)) : false;
  }
}

function sessionOf({ sid, client_id, auth_time, amr }: SessionTokenClaims): PrincipalSession {
  return { uniqueId: sid, clientId: client_id, authTime: auth_time, amr };
}

/** The extractor of passport-jwt would accept a header with several words and use the first word as the token. */
function tokenOf({ headers }: FastifyRequest): string | null {
  return BEARER.exec(headers.authorization ?? '')?.[1] ?? null;
}
