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
  async demand(clientId: string | undefined, resources: readonly string[]): Promise<void> {
    if (resources.length === 0) return;
    const allowed = this.allowedTo(clientId === undefined ? undefined : await this.audienceOf(clientId));
    const other = resources.find((resource) => !allowed.includes(resource));
    if (other !== undefined) throw oauthError('invalid_target', 'The client may not have a token for this resource.');
  }

  /**
   * Returns a function that finds the audience of a client's token. It can only be one that the client may have, whatever was requested. Only
   * the call of `of` can fail, so a caller that writes before it issues a token calls `of` before the write.
   */
  async of(resources: readonly string[] = []): Promise<(clientId: string) => Audience> {
    const audienceOf = await this.clients.audiences();
    return (clientId) => {
      const allowed = this.allowedTo(audienceOf(clientId));
      const chosen = allowed.filter((audience) => resources.includes(audience));
      const [first = this.settings.PUBLIC_URL, ...others] = chosen.length > 0 ? chosen : allowed;
      return others.length === 0 ? first : [first, ...others];
    };
  }

  private async audienceOf(clientId: string): Promise<readonly string[] | undefined> {
    return (await this.clients.audiences())(clientId);
  }

  private allowedTo(audience: readonly string[] | undefined): readonly string[] {
    return audience ?? [this.settings.PUBLIC_URL];
  }
}
