import { Injectable } from '@nestjs/common';
import { ClientOriginsService } from '../clients/client-origins.service.js';
import { ClientsService } from '../clients/clients.service.js';
import { proofDemanded } from '../proofs/proof-failures.js';
import { RefreshTokenCodec } from '../sessions/refresh-token.codec.js';
import { SessionsService } from '../sessions/sessions.service.js';
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
    private readonly codec: RefreshTokenCodec,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Checks that the client may use this grant, from this page, for these audiences. A sign-in that names no client is one of the client that
   * is named like the user, and a refresh speaks for the client of its token (contract 3). Other grants find out the client by themselves.
   * @throws AppError unauthorized_client, invalid_target, or invalid_dpop_proof when the client must send a proof and does not
   */
  async demand(request: OAuthRequest, { name }: Grant): Promise<void> {
    const { page, resources = [], proof, parameters } = request;
    const userName = name === 'password' ? parameters.get('username') : undefined;
    const clientId = request.clientId ?? userName?.toLowerCase();
    if (clientId !== undefined) {
      const { dpopRequired } = await this.clients.admitted(clientId, name);
      if (dpopRequired && !proof) throw proofDemanded();
      await this.origins.demand(clientId, page);
      await this.audiences.demand(clientId, resources);
    } else if (name === 'refresh_token' && resources.length > 0) {
      const owner = await this.clientOf(parameters.get('refresh_token') ?? '');
      if (owner !== undefined) await this.audiences.demand(owner, resources);
    }
  }

  /** The client of the session of a refresh token; undefined for a token of no session, which its grant refuses. */
  private async clientOf(refreshToken: string): Promise<string | undefined> {
    const claims = this.codec.decode(refreshToken);
    return claims && this.sessions.clientOf(claims);
  }
}
