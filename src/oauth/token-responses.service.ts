import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { IssuedSession } from '../sessions/session.js';
import { AccessTokensService } from '../signing-keys/access-tokens.service.js';
import type { TokenResponse } from './grants/grant.js';

/** Makes the response of the token endpoint. */
@Injectable()
export class TokenResponsesService {
  constructor(
    private readonly accessTokens: AccessTokensService,
    private readonly settings: Settings,
  ) {}

  /**
   * Issues a session and returns its refresh token with a new access token. The signing key is loaded first: otherwise a missing key would
   * be noticed only after the session was written.
   */
  async of(issueSession: () => Promise<IssuedSession>): Promise<TokenResponse> {
    const accessTokenOf = await this.accessTokens.signer();
    const session = await issueSession();
    return {
      access_token: accessTokenOf(session),
      token_type: 'bearer',
      expires_in: this.settings.ACCESS_TOKEN_TTL,
      refresh_token: session.refreshToken,
    };
  }
}
