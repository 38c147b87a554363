import { Injectable } from '@nestjs/common';
import { clientActor } from '../access/request-origin.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { RefreshTokenCodec } from '../sessions/refresh-token.codec.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { referenceOf } from '../signing-keys/access-token-claims.js';
import { AccessTokensService } from '../signing-keys/access-tokens.service.js';
import { ClientGuessesService } from '../users/client-guesses.service.js';
import { oauthError } from './oauth-error.js';
import { required, type OAuthRequest } from './oauth-form.js';

/** Revokes tokens (RFC 7009): the token's session ends, and so do all tokens of the session. */
@Injectable()
export class RevocationService {
  constructor(
    private readonly codec: RefreshTokenCodec,
    private readonly accessTokens: AccessTokensService,
    private readonly sessions: SessionsService,
    private readonly clientGuesses: ClientGuessesService,
  ) {}

  /**
   * Revokes a token. An unknown, expired or malformed token causes no error (section 2.2). A request that names no client counts as a
   * request of the token's client.
   * @throws AppError invalid_request without a token, invalid_grant when the request names another client than the token's (section 2.1),
   * unsupported_token_type for the token of a client itself (section 2.2.1), 429 too_many_attempts when too many clients were named for a
   * refresh token
   */
  async revoke(request: OAuthRequest): Promise<void> {
    const { parameters, clientId, client, origin } = request;
    const token = required(parameters, 'token');
    // A client that is not authenticated may give any name, so the actor is just `client`.
    const isAuthenticated = client !== undefined && client.authenticationMethod !== 'none';
    const actor: Actor = { name: isAuthenticated ? clientActor(client.clientId) : 'client', origin };
    const claims = this.codec.decode(token);
    if (claims) {
      if (clientId !== undefined) this.clientGuesses.check(claims.uniqueId);
      await this.sessions.revoke(claims, clientId, actor).catch(async (error: unknown) => {
        // The request may have guessed the client. Only refresh tokens need this limit: an access token contains its client in plain text.
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
    if (access.sid === undefined)
      throw oauthError('unsupported_token_type', 'The token of a client itself cannot be revoked: it expires.');
    await this.sessions.revokeByAccessToken(referenceOf(access), actor);
  }
}
