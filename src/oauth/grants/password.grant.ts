import { Injectable } from '@nestjs/common';
import { throwOutcomeUnknown } from '../../kernel/database-failures.js';
import { Logins } from '../../refresh-tokens/logins.js';
import type { IssuedSession } from '../../refresh-tokens/session.js';
import { SignIn } from '../../users/sign-in.js';
import { TokenResponses } from '../token-responses.js';
import type { Grant, GrantContext, GrantParameters, TokenResponse } from './grant.js';

/** `grant_type=password` (RFC 6749, section 4.3; contract 3): the user's e-mail and password, and a code where one is asked for. */
@Injectable()
export class PasswordGrant implements Grant {
  readonly name = 'password';
  readonly required = ['username', 'password'];
  readonly optional = ['totp'];

  constructor(
    private readonly signIn: SignIn,
    private readonly logins: Logins,
    private readonly responses: TokenResponses,
  ) {}

  /** @throws AppError invalid_grant, two_factor_auth_check, must_reset_password, or 429 */
  async handle(parameters: GrantParameters, { clientId, origin }: GrantContext): Promise<TokenResponse> {
    const { username = '', password = '', totp } = parameters;
    const { user, amr } = await this.signIn.authenticate({ email: username, password, totp }, origin);
    const begin = (): Promise<IssuedSession> => this.logins.begin({ user, clientId, amr, origin });
    if (totp === undefined) return this.responses.of(begin);
    // The code is used up by now.
    return this.responses.of(() => begin().catch(throwOutcomeUnknown));
  }
}
