import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { IssuedSession } from '../refresh-tokens/session.js';
import { AccessTokens } from '../signing-keys/access-tokens.js';
import type { TokenResponse } from './grants/grant.js';

/** Makes the answer of the token endpoint. */
@Injectable()
export class TokenResponses {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly settings: Settings,
  ) {}

  /** The session's refresh token, and a new access token beside it. */
  async of(session: IssuedSession): Promise<TokenResponse> {
    return {
      access_token: await this.accessTokens.issue(session),
      token_type: 'bearer',
      expires_in: this.settings.ACCESS_TOKEN_TTL,
      refresh_token: session.refreshToken,
    };
  }
}
