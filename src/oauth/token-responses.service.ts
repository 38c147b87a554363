import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { IssuedSession } from '../sessions/session.js';
import { AccessTokensService } from '../signing-keys/access-tokens.service.js';
import type { TokenResponse } from './grants/grant.js';

/** Makes the answer of the token endpoint. */
@Injectable()
export class TokenResponsesService {
  constructor(
    private readonly accessTokens: AccessTokensService,
    private readonly settings: Settings,
  ) {}

  /** Has a session issued: its refresh token, and a new access token beside it. What signs is there before anything is written. */
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
