import { Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Public, Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiClientId, ApiOAuthFailures, OAuthEndpoint } from './api-oauth.js';
import { TokenResponse } from './grants/grant.js';
import { IntrospectionResponse } from './introspection-response.js';
import { IntrospectionService } from './introspection.service.js';
import { tokenFailure } from './oauth-error.js';
import { ClientRequest, OAuthForm, type OAuthParameters, type OAuthRequest } from './oauth-form.js';
import { RevocationService } from './revocation.service.js';
import { TokenService } from './token.service.js';

const CLIENT_ID = { type: 'string', maxLength: 512, description: 'See the header of this name.' };
const TOKEN = { type: 'string', description: 'A refresh token or an access token.' };
const HINT = {
  type: 'string',
  enum: ['refresh_token', 'access_token'],
  description: 'Not needed: the form of a token shows its kind.',
};

/** The OAuth 2.0 endpoints that take a token or give one (contract 3). */
@ApiTags('Token')
@Controller('api/token')
export class TokenController {
  constructor(
    private readonly tokens: TokenService,
    private readonly revocation: RevocationService,
    private readonly introspection: IntrospectionService,
  ) {}

  @Post()
  @Public()
  @ApiOperation({
    operationId: 'issueToken',
    summary: 'Sign in, or refresh',
    description: 'RFC 6749, sections 4.3 and 6. A refresh token is used once: each answer brings the next.',
    security: [],
  })
  @OAuthEndpoint(
    {
      type: 'object',
      required: ['grant_type'],
      properties: {
        grant_type: { type: 'string', enum: ['password', 'refresh_token'] },
        username: { type: 'string', description: 'E-mail of the user. For `password`.' },
        password: { type: 'string', format: 'password', description: 'For `password`.' },
        totp: { type: 'string', description: 'Code of the authenticator app, where the user has one. For `password`.' },
        refresh_token: { type: 'string', description: 'For `refresh_token`.' },
        client_id: CLIENT_ID,
        scope: {
          type: 'string',
          description: 'Ignored, or refused by the setting `REQUESTED_SCOPE`: there are none to grant.',
        },
      },
    },
    {
      password: { grant_type: 'password', username: 'admin@example.com', password: 'correct horse battery' },
      refresh: { grant_type: 'refresh_token', refresh_token: 'tsr_AQ0AAAAAAAAAAQ' },
    },
    { renderFailure: tokenFailure },
  )
  @ApiClientId()
  @ApiResponse({ status: 200, type: TokenResponse, description: 'An access token, and a refresh token to follow it.' })
  @ApiOAuthFailures(429)
  issue(@ClientRequest() request: OAuthRequest): Promise<TokenResponse> {
    return this.tokens.issue(request);
  }

  @Post('revoke')
  @Public()
  @ApiOperation({
    operationId: 'revokeToken',
    summary: 'Revoke a token',
    description: 'RFC 7009. The session of the token ends: its refresh token and every access token of it are dead.',
    security: [],
  })
  @OAuthEndpoint(
    { type: 'object', required: ['token'], properties: { token: TOKEN, token_type_hint: HINT, client_id: CLIENT_ID } },
    { revoke: { token: 'tsr_AQ0AAAAAAAAAAQ' } },
    { endsSomething: true },
  )
  @ApiClientId()
  @ApiResponse({
    status: 200,
    description: 'The token is out of use, or was already.',
    content: { 'application/json': { schema: { type: 'object', additionalProperties: false } } },
  })
  @ApiOAuthFailures(429)
  async revoke(@ClientRequest() request: OAuthRequest): Promise<object> {
    await this.revocation.revoke(request);
    // A client ignores the content (RFC 7009, section 2.2), but some fail on an empty one, and others on one that is not JSON.
    return {};
  }

  @Post('introspect')
  @Role('Token-Introspect', 'RefreshToken-Read')
  @ApiOperation({
    operationId: 'introspectToken',
    summary: 'Introspect a token',
    description: 'RFC 7662. Of a token that is not active nothing else is said, whatever the reason.',
  })
  @OAuthEndpoint(
    { type: 'object', required: ['token'], properties: { token: TOKEN, token_type_hint: HINT } },
    { introspect: { token: 'tsr_AQ0AAAAAAAAAAQ' } },
  )
  @ApiResponse({ status: 200, type: IntrospectionResponse, description: 'Whether it is active, and whose it is.' })
  @ApiOAuthFailures(401, 403, 429)
  introspect(
    @OAuthForm() parameters: OAuthParameters,
    @CurrentPrincipal() principal: Principal,
  ): Promise<IntrospectionResponse> {
    return this.introspection.introspect(parameters, principal);
  }
}
