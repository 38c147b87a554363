import { Injectable } from '@nestjs/common';
import { abandoned } from '../../http/arrival.js';
import { throwOutcomeUnknown } from '../../database/database-failures.js';
import { LoginsService } from '../../sessions/logins.service.js';
import { SignInService } from '../../users/sign-in.service.js';
import { TokenResponsesService } from '../token-responses.service.js';
import type { Grant, GrantContext, GrantParameters, TokenResponse } from './grant.js';

/** `grant_type=password` (RFC 6749, section 4.3; contract 3): the user's e-mail and password, and a code where one is asked for. */
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
    // Who gave up while their password was checked may have signed in again: this login would put the tokens of that out of use.
    if (await isAbandoned()) throw abandoned();
    const response = this.responses.of(() => this.logins.begin({ user, clientId, amr, origin }));
    // A code is used up by now.
    return totp === undefined ? response : response.catch(throwOutcomeUnknown);
  }
}
