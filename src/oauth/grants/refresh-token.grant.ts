import { Injectable } from '@nestjs/common';
import { Redemption } from '../../refresh-tokens/redemption.js';
import { TokenResponses } from '../token-responses.js';
import type { Grant, GrantContext, GrantParameters, TokenResponse } from './grant.js';

/** `grant_type=refresh_token` (RFC 6749, section 6; contract 3): a refresh token for the next one and an access token. */
@Injectable()
export class RefreshTokenGrant implements Grant {
  readonly name = 'refresh_token';
  readonly required = ['refresh_token'];
  readonly optional = [];

  constructor(
    private readonly redemption: Redemption,
    private readonly responses: TokenResponses,
  ) {}

  /** @throws AppError invalid_grant, alike for an unknown, used, expired and foreign token */
  async handle({ refresh_token: refreshToken = '' }: GrantParameters, context: GrantContext): Promise<TokenResponse> {
    return this.responses.of(await this.redemption.redeem({ refreshToken, ...context }));
  }
}
