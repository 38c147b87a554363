import { Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Public, Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiClientId, ApiDpop, ApiOAuthFailures, CLIENT_PARAMETERS, OAuthEndpoint } from './api-oauth.js';
import { ClientRequestsService } from './client-authentication/client-requests.service.js';
import { DEVICE_NAME_LENGTH } from './device-name.js';
import { TokenResponse } from './grants/grant.js';
import { IntrospectionResponse } from './introspection-response.js';
import { IntrospectionService } from './introspection.service.js';
import { tokenFailure } from './oauth-error.js';
import { ClientRequest, OAuthForm, type OAuthParameters, type OAuthRequest } from './oauth-form.js';
import { RevocationService } from './revocation.service.js';
import { TokenService } from './token.service.js';

const TOKEN = { type: 'string', description: 'A refresh token or an access token.' };
const HINT = {
  type: 'string',
  enum: ['refresh_token', 'access_token'],
  description: 'Not needed: the form of a token shows its type.',
};

/** The OAuth 2.0 endpoints that accept or issue tokens (contract 3). */
@ApiTags('Token')
@Controller('api/token')
export class TokenController {
  constructor(
    private readonly tokens: TokenService,
    private readonly revocation: RevocationService,
    private readonly introspection: IntrospectionService,
    private readonly clients: ClientRequestsService,
  ) {}

  @Post()
  @Public()
  @ApiOperation({
    operationId: 'issueToken',
    summary: 'Sign in, or refresh',
    description:
      'RFC 6749. A refresh token can be used once: each response contains the next refresh token. `grant_type` is one of these:',
  })
  @OAuthEndpoint(
    {
      type: 'object',
      required: ['grant_type'],
      properties: {
        // `describeGrants` adds `grant_type` and the parameters of all grants, also of those that modules plug in.
        ...CLIENT_PARAMETERS,
        device_name: {
          type: 'string',
          maxLength: DEVICE_NAME_LENGTH,
          description: 'At a sign-in: what the user calls this device. Users see it in the list of their sessions.',
        },
        resource: {
          type: 'array',
          items: { type: 'string' },
          description:
            'The audiences that the access token is for (RFC 8707): some of those of the client’s record. By default the token is for all of them.',
        },
        scope: {
          type: 'string',
          description:
            'The service grants no scopes. It ignores this parameter, or refuses the request if `REQUESTED_SCOPE` is `refuse`.',
        },
      },
    },
    {},
    { renderFailure: tokenFailure },
  )
  @ApiClientId()
  @ApiDpop()
  @ApiResponse({ status: 200, type: TokenResponse, description: 'An access token, and the next refresh token.' })
  @ApiOAuthFailures(401, 429)
  async issue(@ClientRequest() request: OAuthRequest): Promise<TokenResponse> {
    return this.tokens.issue(await this.clients.authenticated(request, '/api/token'));
  }

  @Post('revoke')
  @Public()
  @ApiOperation({
    operationId: 'revokeToken',
    summary: 'Revoke a token',
    description: 'RFC 7009. The session of the token ends: its refresh token and all its access tokens become invalid.',
  })
  @OAuthEndpoint(
    { type: 'object', required: ['token'], properties: { token: TOKEN, token_type_hint: HINT, ...CLIENT_PARAMETERS } },
    { revoke: { token: 'tsr_AQ0AAAAAAAAAAQ' } },
    { endsSomething: true },
  )
  @ApiClientId()
  @ApiResponse({
    status: 200,
    description: 'The token is invalid now, or was invalid before.',
    content: { 'application/json': { schema: { type: 'object', additionalProperties: false } } },
  })
  @ApiOAuthFailures(401, 429)
  async revoke(@ClientRequest() request: OAuthRequest): Promise<object> {
    await this.revocation.revoke(await this.clients.authenticated(request, '/api/token/revoke'));
    // Clients must ignore the content (RFC 7009, section 2.2). But some clients fail on an empty body, and others on a body that is not
    // JSON.
    return {};
  }

  @Post('introspect')
  @Role('Token-Introspect', 'RefreshToken-Read')
  @ApiOperation({
    operationId: 'introspectToken',
    summary: 'Introspect a token',
    description:
      'RFC 7662. For a token that is not active, the response has only `active`, whatever the reason. A registered client that authenticates ' +
      'needs the role in `Roles` of its record.',
  })
  @OAuthEndpoint(
    { type: 'object', required: ['token'], properties: { token: TOKEN, token_type_hint: HINT, ...CLIENT_PARAMETERS } },
    { introspect: { token: 'tsr_AQ0AAAAAAAAAAQ' } },
    { admitsClients: true },
  )
  @ApiResponse({
    status: 200,
    type: IntrospectionResponse,
    description: 'Whether the token is active, and whose token it is.',
  })
  @ApiOAuthFailures(401, 403, 429)
  introspect(
    @OAuthForm() parameters: OAuthParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<IntrospectionResponse> {
    return this.introspection.introspect(parameters, principal);
  }
}
