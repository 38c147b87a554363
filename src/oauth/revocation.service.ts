import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/origin.js';
import { RefreshTokenCodec } from '../refresh-tokens/refresh-token-codec.js';
import { SessionsService } from '../refresh-tokens/sessions.service.js';
import { AccessTokens, referenceOf } from '../signing-keys/access-tokens.js';
import { oauthError } from './oauth-error.js';
import { required, type OAuthRequest } from './oauth-form.js';

/** Revokes tokens (RFC 7009): the session behind the token ends, and with it every token of that session. */
@Injectable()
export class RevocationService {
  constructor(
    private readonly codec: RefreshTokenCodec,
    private readonly accessTokens: AccessTokens,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Says nothing of a token that is unknown, over or malformed (section 2.2).
   * @throws AppError invalid_request without a token, invalid_grant for a token of another client (section 2.1)
   */
  async revoke(request: OAuthRequest): Promise<void> {
    const token = required(request, 'token');
    const { clientId, origin } = request;
    // Who revokes is not authenticated, and a client's name is whatever it calls itself.
    const actor: Actor = { name: 'client', origin };
    const claims = this.codec.decode(token);
    if (claims) {
      await this.sessions.revoke(claims, clientId, actor);
      return;
    }
    const access = await this.accessTokens.verify(token);
    if (!access) return;
    if (access.client_id !== (clientId ?? access.sub))
      throw oauthError('invalid_grant', 'The token was not issued to this client.');
    await this.sessions.revokeByAccessToken(referenceOf(access), actor);
  }
}
