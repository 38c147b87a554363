import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { IssuedSession } from '../sessions/session.js';
import { AccessTokensService } from '../signing-keys/access-tokens.service.js';
import { AddedClaimsService } from './added-claims.service.js';
import type { TokenResponse } from './grants/grant.js';

/** Makes the response of the token endpoint. */
@Injectable()
export class TokenResponsesService {
  constructor(
    private readonly accessTokens: AccessTokensService,
    private readonly claims: AddedClaimsService,
    private readonly settings: Settings,
  ) {}

  /**
   * Issues a session and returns its refresh token with a new access token. The signing key is loaded first: otherwise a missing key would
   * be noticed only after the session was written. Added claims need the session. If they fail, the client repeats the request: its refresh
   * token still gets the same answer. `jkt` is the thumbprint of the key of the request's DPoP proof: the access token is bound to it.
   * @throws AppError 503 claims_unavailable
   */
  async of(issueSession: () => Promise<IssuedSession>, jkt?: string): Promise<TokenResponse> {
    const accessTokenOf = await this.accessTokens.signer();
    const session = await issueSession();
    const added = this.claims.areNone ? undefined : await this.claims.of(session);
    return {
      access_token: accessTokenOf(jkt === undefined ? session : { ...session, jkt }, added),
      token_type: jkt === undefined ? 'bearer' : 'DPoP',
      expires_in: this.settings.ACCESS_TOKEN_TTL,
      refresh_token: session.refreshToken,
    };
  }
}
