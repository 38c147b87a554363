import { Injectable } from '@nestjs/common';
import { ClientsService } from '../clients/clients.service.js';
import type { IssuedSession } from '../sessions/session.js';
import { AccessTokensService } from '../signing-keys/access-tokens.service.js';
import { AudiencesService } from './audiences.service.js';
import { AddedClaimsService } from './added-claims.service.js';
import type { GrantRequest, TokenResponse } from './grants/grant.js';

/** Makes the response of the token endpoint. */
@Injectable()
export class TokenResponsesService {
  constructor(
    private readonly accessTokens: AccessTokensService,
    private readonly claims: AddedClaimsService,
    private readonly clients: ClientsService,
    private readonly audiences: AudiencesService,
  ) {}

  /**
   * Issues a session and returns its refresh token with a new access token, for the `resources` that the client may have. With `jkt`, the access token is bound to this key. The signing key
   * and the policies of clients are loaded first: otherwise a missing key would be noticed only after the session was written. Added claims
   * need the session. If they fail, the client repeats the request: its refresh token still gets the same answer.
   * @throws AppError 503 claims_unavailable
   */
  async of(
    issueSession: () => Promise<IssuedSession>,
    { resources, jkt }: Pick<GrantRequest, 'resources' | 'jkt'> = {},
  ): Promise<TokenResponse> {
    const accessTokenOf = await this.accessTokens.signer();
    const policyOf = await this.clients.policies();
    const session = await issueSession();
    const { accessTokenTtl: life, audience: allowed } = policyOf(session.clientId);
    const { subject, clientId, uniqueId, generation, authTime, amr, cutoffsSeen, now } = session;
    const audience = this.audiences.chosen(allowed, resources);
    const grant = { subject, clientId, audience, uniqueId, generation, life, authTime, amr, cutoffsSeen, jkt, now };
    return {
      access_token: accessTokenOf(grant, this.claims.areNone ? undefined : await this.claims.of(session)),
      token_type: jkt === undefined ? 'bearer' : 'DPoP',
      expires_in: life,
      refresh_token: session.refreshToken,
    };
  }
}
