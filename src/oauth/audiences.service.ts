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
    const client = clientId === undefined ? undefined : await this.clients.find(clientId);
    const allowed = this.allowedBy(client?.audience);
    if (resources.every((resource) => allowed.includes(resource))) return;
    throw oauthError('invalid_target', 'The client may not have a token for this resource.');
  }

  /** The audience of a token whose client has these audiences. It is one of them, whatever was requested. */
  chosen(audience: readonly string[] | undefined, resources: readonly string[] = []): Audience {
    const allowed = this.allowedBy(audience);
    const requested = allowed.filter((name) => resources.includes(name));
    const [first = this.settings.PUBLIC_URL, ...others] = requested.length > 0 ? requested : allowed;
    return others.length === 0 ? first : [first, ...others];
  }

  private allowedBy(audience: readonly string[] | undefined): readonly string[] {
    return audience ?? [this.settings.PUBLIC_URL];
  }
}
