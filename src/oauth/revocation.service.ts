import { Injectable } from '@nestjs/common';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { RefreshTokenCodec } from '../sessions/refresh-token.codec.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { AccessTokensService, referenceOf } from '../signing-keys/access-tokens.service.js';
import { ClientGuessesService } from '../users/client-guesses.service.js';
import { oauthError } from './oauth-error.js';
import { required, type OAuthRequest } from './oauth-form.js';

/** Revokes tokens (RFC 7009): the session behind the token ends, and with it every token of that session. */
@Injectable()
export class RevocationService {
  constructor(
    private readonly codec: RefreshTokenCodec,
    private readonly accessTokens: AccessTokensService,
    private readonly sessions: SessionsService,
    private readonly clientGuesses: ClientGuessesService,
  ) {}

  /**
   * Says nothing of a token that is unknown, expired or malformed (section 2.2). A request that names no client speaks for the token's own.
   * @throws AppError invalid_request without a token, invalid_grant for a token of another client than the named one (section 2.1), 429
   * too_many_attempts when too many clients were named for a refresh token
   */
  async revoke(request: OAuthRequest): Promise<void> {
    const { parameters, clientId, origin } = request;
    const token = required(parameters, 'token');
    // Who revokes is not authenticated, and a client's name is whatever it calls itself.
    const actor: Actor = { name: 'client', origin };
    const claims = this.codec.decode(token);
    if (claims) {
      if (clientId !== undefined) this.clientGuesses.check(claims.uniqueId);
      await this.sessions.revoke(claims, clientId, actor).catch(async (error: unknown) => {
        // It was a guess at the client. An access token names its client to everybody, so there is nothing to guess.
        if (error instanceof AppError && error.code === 'invalid_grant')
          await this.clientGuesses.count(claims.uniqueId);
        throw error;
      });
      return;
    }
    const access = await this.accessTokens.verify(token);
    if (!access) return;
    if (clientId !== undefined && clientId !== access.client_id)
      throw oauthError('invalid_grant', 'The token was not issued to this client.');
    await this.sessions.revokeByAccessToken(referenceOf(access), actor);
  }
}
