import { Injectable } from '@nestjs/common';
import { abandoned } from '../../http/arrival.js';
import { throwOutcomeUnknown } from '../../database/database-failures.js';
import { LoginsService, type Login } from '../../sessions/logins.service.js';
import { PasswordExpired } from '../../users/password-expired.js';
import { PasswordTicketsService } from '../../users/password-tickets.service.js';
import { SignInService } from '../../users/sign-in.service.js';
import { checkedDeviceName } from '../device-name.js';
import { TokenResponsesService } from '../token-responses.service.js';
import { Grant, type GivenParameters, type GrantRequest, type TokenResponse } from './grant.js';

const PARAMETERS = {
  username: { description: 'E-mail of the user.', required: true, example: 'admin@example.com' },
  password: { description: 'Password of the user.', required: true, secret: true, example: 'correct horse battery' },
  totp: { description: 'Code of the authenticator app, or a recovery code, if the user has a second factor.' },
} as const;

/**
 * `grant_type=password` (RFC 6749, section 4.3; contract 3): the user's e-mail and password, and a code if the user has a second factor.
 */
@Injectable()
export class PasswordGrant extends Grant<typeof PARAMETERS> {
  readonly name = 'password';
  readonly description = 'Signs in with e-mail and password (RFC 6749, section 4.3).';
  readonly parameters = PARAMETERS;

  constructor(
    private readonly signIn: SignInService,
    private readonly logins: LoginsService,
    private readonly responses: TokenResponsesService,
    private readonly tickets: PasswordTicketsService,
  ) {
    super();
  }

  /** @throws AppError invalid_grant, two_factor_auth_check, must_reset_password, 429, or 503 */
  async handle(
    { username, password, totp }: GivenParameters<typeof PARAMETERS>,
    request: GrantRequest,
  ): Promise<TokenResponse> {
    const { clientId, origin, isAbandoned } = request;
    const deviceName = checkedDeviceName(request.deviceName);
    const attempt = this.logins.attemptAt(clientId);
    const checked = await this.signIn
      .check({ email: username, password, totp }, { origin, isAbandoned, count: attempt.count })
      .catch((error: unknown) => this.withTicket(error));
    const response = this.begun({ ...checked, clientId, origin, deviceName, jkt: request.jkt, attempt }, request);
    // With a code, a retry cannot repeat this sign-in, because the code is already used.
    return totp === undefined ? response : response.catch(throwOutcomeUnknown);
  }

  /** Begins the session, which settles the attempt. If no session begins, the attempt is settled alone, because the password was right. */
  private async begun(login: Login, request: GrantRequest): Promise<TokenResponse> {
    const progress = { hasBegun: false };
    try {
      // A client that disconnected during the password check may have signed in again. This login would invalidate the tokens of that newer
      // login.
      if (await request.isAbandoned()) throw abandoned();
      return await this.responses.of(async () => {
        const session = await this.logins.begin(login);
        progress.hasBegun = true;
        return session;
      }, request);
    } catch (error) {
      if (!progress.hasBegun) await this.signIn.settle(login.settlement).catch(() => undefined);
      throw error;
    }
  }

  /** A user who must change the password gets a ticket for the change, because the password, and the code if there is one, were right. */
  private async withTicket(error: unknown): Promise<never> {
    if (error instanceof PasswordExpired) throw error.with(await this.tickets.issue(error.user));
    throw error;
  }
}
