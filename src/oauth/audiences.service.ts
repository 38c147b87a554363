import { Injectable } from '@nestjs/common';
import { ClientsService } from '../clients/clients.service.js';
import { Settings } from '../config/settings.js';
import type { Audience } from '../signing-keys/access-token-claims.js';
import { oauthError } from './oauth-error.js';

/**
 * Decides for whom access tokens are: for the audiences of the client's record, or for those of them that the request names by `resource`
 * (RFC 8707). Tokens of other clients are for the service itself.
 */
@Injectable()
export class AudiencesService {
  constructor(
    private readonly clients: ClientsService,
    private readonly settings: Settings,
  ) {}

  /** @throws AppError invalid_target when a client may not have one of these audiences */
  async demand(clientId: string, resources: readonly string[] = []): Promise<void> {
    if (resources.length > 0) this.chosen((await this.clients.find(clientId))?.audience, resources);
  }

  /**
   * The audience of a token whose client has these audiences: those that were requested, or all.
   * @throws AppError invalid_target when the client may not have one of the requested audiences
   */
  chosen(audience: readonly string[] | undefined, resources: readonly string[] = []): Audience {
    const allowed = audience ?? [this.settings.PUBLIC_URL];
    if (!resources.every((resource) => allowed.includes(resource)))
      throw oauthError('invalid_target', 'The client may not have a token for this resource.');
    const chosen = resources.length > 0 ? allowed.filter((name) => resources.includes(name)) : allowed;
    const [first = this.settings.PUBLIC_URL, ...others] = chosen;
    return others.length === 0 ? first : [first, ...others];
  }
}
