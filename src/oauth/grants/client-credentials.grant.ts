import { Injectable } from '@nestjs/common';
import { clientActor } from '../../access/request-origin.js';
import { AuditEventsService } from '../../audit/audit-events.service.js';
import { CLIENT_CREDENTIALS, ClientPrincipalsService } from '../../clients/client-principals.service.js';
import { AppError } from '../../kernel/app-error.js';
import { AccessTokensService } from '../../signing-keys/access-tokens.service.js';
import { AudiencesService } from '../audiences.service.js';
import type { OAuthRequest } from '../oauth-form.js';
import { Grant, type TokenResponse } from './grant.js';

const PARAMETERS = {} as const;

/**
 * `grant_type=client_credentials` (RFC 6749, section 4.4): an access token of a client itself, with the roles of its record. There is no
 * session and no refresh token.
 */
@Injectable()
export class ClientCredentialsGrant extends Grant<typeof PARAMETERS> {
  readonly name = CLIENT_CREDENTIALS;
  readonly description =
    'Gives a registered client that authenticates an access token of its own, without a refresh token (RFC 6749, section 4.4).';
  readonly parameters = PARAMETERS;

  constructor(
    private readonly principals: ClientPrincipalsService,
    private readonly audiences: AudiencesService,
    private readonly accessTokens: AccessTokensService,
    private readonly events: AuditEventsService,
  ) {
    super();
  }

  /** @throws AppError unauthorized_client for a client that is not registered or does not authenticate */
  async handle(_parameters: object, { client, resources, origin, jkt }: OAuthRequest): Promise<TokenResponse> {
    const power = client && (await this.principals.ofClient(client.clientId));
    if (!power) {
      const message = 'Only a registered client that authenticates may use this grant.';
      throw new AppError('unauthorized_client', 400, message, { detail: 'client-not-authenticated' });
    }
    const { clientId, accessTokenTtl: life, authenticationMethod: reason } = client;
    const audience = this.audiences.chosen(client.audience, resources);
    const token = await this.accessTokens.ofClient({ clientId, audience, life, now: power.now, jkt });
    const actor = { name: clientActor(clientId), origin };
    await this.events.record({ kind: 'client-token-issued', actor, reason, clientId });
    return { access_token: token, token_type: jkt === undefined ? 'bearer' : 'DPoP', expires_in: life };
  }
}
