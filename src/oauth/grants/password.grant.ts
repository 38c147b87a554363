import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/settings.js';
import { UsersService } from '../../users/users.service.js';
import { AccessTokens } from '../access-tokens.js';
import { OAuthError } from '../oauth-error.js';
import type { Grant, GrantContext, GrantParameters, TokenResponse } from './grant.js';

/** `grant_type=password` (RFC 6749, section 4.3; contract 3): the user's e-mail and password for an access token. */
@Injectable()
export class PasswordGrant implements Grant {
  readonly name = 'password';
  readonly required = ['username', 'password'];
  readonly optional = [];

  constructor(
    private readonly users: UsersService,
    private readonly accessTokens: AccessTokens,
    private readonly settings: Settings,
  ) {}

  /** @throws OAuthError invalid_grant, alike for an unknown user, a disabled one and a wrong password */
  async handle({ username = '', password = '' }: GrantParameters, { clientId }: GrantContext): Promise<TokenResponse> {
    const user = await this.users.authenticate(username, password);
    if (!user) throw new OAuthError('invalid_grant', 'The user name or password is incorrect.');
    return {
      access_token: this.accessTokens.issue({
        subject: user.email,
        clientId: clientId ?? user.email,
        authTime: new Date(),
      }),
      token_type: 'bearer',
      expires_in: this.settings.ACCESS_TOKEN_TTL,
    };
  }
}
