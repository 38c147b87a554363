import { Injectable } from '@nestjs/common';
import { ClientsService } from '../../clients/clients.service.js';
import type { RegisteredClient } from '../../clients/registered-client.js';
import { RefreshTokenCodec } from '../../sessions/refresh-token.codec.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { AccessTokensService } from '../../signing-keys/access-tokens.service.js';
import type { OAuthRequest } from '../oauth-form.js';
import { ClientAuthenticationService } from './client-authentication.service.js';
import type { EndpointPath } from './client-methods.js';

/** Authenticates the clients of requests to the token and revocation endpoints. */
@Injectable()
export class ClientRequestsService {
  constructor(
    private readonly clients: ClientsService,
    private readonly authentication: ClientAuthenticationService,
    private readonly codec: RefreshTokenCodec,
    private readonly accessTokens: AccessTokensService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * The request with its registered client, authenticated. A request that names no client speaks for the client of its token (contract 3),
   * unless that client authenticates: then this request must, too.
   * @throws AppError as `ClientAuthenticationService.authenticate` does
   */
  async authenticated(request: OAuthRequest, endpoint: EndpointPath): Promise<OAuthRequest> {
    const { credentials, origin } = request;
    const attempt = { credentials, origin, endpoint };
    const client =
      request.clientId === undefined
        ? await this.authentication.authenticateAs(await this.clientOfToken(request, endpoint), attempt)
        : await this.authentication.authenticate(attempt);
    return client ? Object.assign(request, { client, clientId: client.clientId }) : request;
  }

  /** The client of the token that is redeemed or revoked, if it authenticates. Where no client does, this costs nothing. */
  private async clientOfToken(
    { parameters }: OAuthRequest,
    endpoint: EndpointPath,
  ): Promise<RegisteredClient | undefined> {
    const isRefresh = parameters.get('grant_type') === 'refresh_token';
    const name = endpoint === '/api/token/revoke' ? 'token' : isRefresh ? 'refresh_token' : '';
    const token = parameters.get(name);
    if (token === undefined || !(await this.clients.someAuthenticate())) return undefined;
    const claims = this.codec.decode(token);
    const clientId = claims ? await this.sessions.clientOf(claims) : (await this.accessTokens.verify(token))?.client_id;
    const client = clientId === undefined ? undefined : await this.clients.find(clientId);
    return client?.authenticationMethod === 'none' ? undefined : client;
  }
}
