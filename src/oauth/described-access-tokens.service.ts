import { Injectable } from '@nestjs/common';
import { ClientPrincipalsService } from '../clients/client-principals.service.js';
import { SessionPrincipalsService } from '../sessions/session-principals.service.js';
import { referenceOf, type AccessTokenClaims, type ClientTokenClaims } from '../signing-keys/access-token-claims.js';
import { AccessTokensService } from '../signing-keys/access-tokens.service.js';
import type { IntrospectionResponse } from './introspection-response.js';

/** The whole response for a token that is not active, for every reason (RFC 7662, section 2.2). */
export const INACTIVE: IntrospectionResponse = { active: false };

/** Describes access tokens for introspection: those of sessions, and those of clients themselves. */
@Injectable()
export class DescribedAccessTokensService {
  constructor(
    private readonly accessTokens: AccessTokensService,
    private readonly principals: SessionPrincipalsService,
    private readonly clients: ClientPrincipalsService,
  ) {}

  /** The response for an access token, for whatever audience it is. */
  async of(token: string): Promise<IntrospectionResponse> {
    const claims = await this.accessTokens.verify(token);
    if (!claims) return INACTIVE;
    if (claims.sid === undefined) return this.ofClient(claims);
    const reference = referenceOf(claims);
    const user = await this.principals.userOf(reference);
    if (!user) return INACTIVE;
    const exp = await this.principals.endOf(reference);
    return { active: true, token_type: typeOf(claims), username: claims.sub, ...claims, exp };
  }

  /** A token of a client itself has no `username`: no user is behind it. */
  private async ofClient(claims: ClientTokenClaims): Promise<IntrospectionResponse> {
    const { client_id: clientId, iat: issued, exp: expires } = claims;
    const client = await this.clients.of({ clientId, issued, expires });
    return client ? { active: true, token_type: typeOf(claims), ...claims, exp: client.expires } : INACTIVE;
  }
}

/** A resource server must refuse a token that is bound to a key, if it comes without a proof of the key (RFC 9449, section 7). */
function typeOf({ cnf }: AccessTokenClaims): 'bearer' | 'DPoP' {
  return cnf ? 'DPoP' : 'bearer';
}
