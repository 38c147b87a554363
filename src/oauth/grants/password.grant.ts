import { Injectable } from '@nestjs/common';
import { abandoned } from '../../http/arrival.js';
import { throwOutcomeUnknown } from '../../database/database-failures.js';
import { LoginsService } from '../../sessions/logins.service.js';
import { SignInService } from '../../users/sign-in.service.js';
import { TokenResponsesService } from '../token-responses.service.js';
import type { Grant, GrantContext, GrantParameters, TokenResponse } from './grant.js';

/**
 * `grant_type=password` (RFC 6749, section 4.3; contract 3): the user's e-mail and password, and a code if the user has a second factor.
 */
@Injectable()
export class PasswordGrant implements Grant {
  readonly name = 'password';
  readonly required = ['username', 'password'];
  readonly optional = ['totp'];

  constructor(
    private readonly signIn: SignInService,
    private readonly logins: LoginsService,
    private readonly responses: TokenResponsesService,
  ) {}

  /** @throws AppError invalid_grant, two_factor_auth_check, must_reset_password, 429, or 503 */
  async handle(parameters: GrantParameters, { clientId, origin, isAbandoned }: GrantContext): Promise<TokenResponse> {
    const { username = '', password = '', totp } = parameters;
    const { user, amr } = await this.signIn.authenticate({ email: username, password, totp }, origin, isAbandoned);
    // A client that disconnected during the password check may have signed in again. This login would invalidate the tokens of that newer
    // login.
    if (await isAbandoned()) throw abandoned();
    const response = this.responses.of(() => this.logins.begin({ user, clientId, amr, origin }));
    // With a code, a retry cannot repeat this sign-in, because the code is already used.
    return totp === undefined ? response : response.catch(throwOutcomeUnknown);
  }
}
