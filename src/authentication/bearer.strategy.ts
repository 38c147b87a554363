import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import type { Principal, PrincipalSession } from '../access/principal.js';
import { clientPrincipalOf, principalOf } from '../access/request-origin.js';
import { ClientPrincipalsService } from '../clients/client-principals.service.js';
import { ProofsService } from '../proofs/proofs.service.js';
import { sentProof } from '../proofs/sent-proof.js';
import { ReadAheadsService, type RouteAhead } from '../sessions/read-aheads.service.js';
import { SessionPrincipalsService } from '../sessions/session-principals.service.js';
import { referenceOf, type AccessTokenClaims, type SessionTokenClaims } from '../signing-keys/access-token-claims.js';
import { AccessTokensService } from '../signing-keys/access-tokens.service.js';
import './jwt-verifier.js';
import { proofNeeded, schemeOf } from './unauthorized.js';

/** The scheme is matched without regard to case (RFC 9110, section 11.1). */
const TOKEN = /^(?:bearer|dpop) +(\S+) *$/i;

/**
 * `Authorization: Bearer <access token>` (RFC 6750, section 2.1), or `Authorization: DPoP <access token>` with a proof of the token's key
 * (RFC 9449, section 7.1): a JWT that this service issued (RFC 9068). passport-jwt checks it. The session of the token must be live. The
 * roles are those that the user has now, not those at the time of issue. Each request reads both from the database, whose clock decides. A
 * token of a client itself has no session: then the record of the client has the roles.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'tessera-bearer') {
  constructor(
    accessTokens: AccessTokensService,
    private readonly principals: SessionPrincipalsService,
    private readonly clients: ClientPrincipalsService,
    private readonly proofs: ProofsService,
    private readonly aheads: ReadAheadsService,
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
   * @throws AppError 401 when a token is bound to a key and the request has no good proof of this key
   */
  async validate(request: FastifyRequest, claims: AccessTokenClaims): Promise<Principal | false> {
    if (claims.cnf) return this.ofBound(request, claims, claims.cnf.jkt);
    // A token that is not bound cannot be sent as DPoP: the client believes that it is protected (RFC 9449, section 7.1).
    if (schemeOf(request) !== 'bearer') return false;
    const { routeAhead } = request;
    return routeAhead && claims.sid !== undefined
      ? this.principalAhead(request, claims, routeAhead)
      : this.principalOf(request, claims);
  }

  /** The principal, with what the route shows. A bound token is not read for: its proof is checked meanwhile. */
  private async principalAhead(
    request: FastifyRequest,
    claims: SessionTokenClaims,
    route: RouteAhead,
  ): Promise<Principal | false> {
    const read = await this.aheads.read(route, request, referenceOf(claims));
    if (!read) return false;
    const principal = principalOf(read.user, request, sessionOf(claims));
    if (read.found) this.aheads.keep(principal, read.found);
    return principal;
  }

  /** The proof and the session are looked up concurrently: neither costs the other a round trip. */
  private async ofBound(request: FastifyRequest, claims: AccessTokenClaims, jkt: string): Promise<Principal | false> {
    if (schemeOf(request) !== 'dpop') throw proofNeeded();
    const sent = sentProof(request, (nonce) => {
      request.dpopNonce = nonce;
    });
    const proof = await this.proofs.read(sent, { accessToken: tokenOf(request) ?? '', jkt });
    const [principal] = await Promise.all([this.principalOf(request, claims), this.proofs.use(proof)]);
    return principal;
  }

  private async principalOf(request: FastifyRequest, claims: AccessTokenClaims): Promise<Principal | false> {
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
  return TOKEN.exec(headers.authorization ?? '')?.[1] ?? null;
}
