import { Injectable } from '@nestjs/common';
import { ClientOriginsService } from '../clients/client-origins.service.js';
import { ClientsService } from '../clients/clients.service.js';
import { proofDemanded } from '../proofs/proof-failures.js';
import { AudiencesService } from './audiences.service.js';
import type { Grant } from './grants/grant.js';
import type { OAuthRequest } from './oauth-form.js';

/** Checks what the client of a request to the token endpoint may do. */
@Injectable()
export class AdmissionsService {
  constructor(
    private readonly clients: ClientsService,
    private readonly origins: ClientOriginsService,
    private readonly audiences: AudiencesService,
  ) {}

  /**
   * Checks that the client may use this grant, from this page, for these audiences. A request that names no client is checked by its grant,
   * which finds out the client.
   * @throws AppError unauthorized_client, invalid_target, or invalid_dpop_proof when the client must send a proof and does not
   */
  async demand({ clientId, page, resources = [], proof }: OAuthRequest, { name }: Grant): Promise<void> {
    if (clientId !== undefined) {
      const { dpopRequired } = await this.clients.admitted(clientId, name);
      if (dpopRequired && !proof) throw proofDemanded();
      await this.origins.demand(clientId, page);
    }
    await this.audiences.demand(clientId, resources);
  }
}
