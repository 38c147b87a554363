import { Controller, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../access/policy.js';
import { TokenResponse } from './grants/grant.js';
import { OAuthErrorBody, oauthFailure } from './oauth-error.js';
import { TokenRequestForm, type TokenRequest } from './token-request.js';
import { TokenService } from './token.service.js';

/** `POST /api/token` (RFC 6749, section 3.2; contract 3). */
@ApiTags('Token')
@Public()
@Controller('api/token')
export class TokenController {
  constructor(private readonly tokens: TokenService) {}

  @Post()
  @HttpCode(200)
  @RouteConfig({ renderFailure: oauthFailure })
  @ApiOperation({
    operationId: 'issueToken',
    summary: 'Sign in',
    description: 'Exchanges an e-mail and password for an access token.',
    security: [],
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiHeader({
    name: 'client_id',
    required: false,
    schema: { type: 'string', maxLength: 512 },
    description: 'The client that signs in; absent: the user’s e-mail.',
  })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['grant_type', 'username', 'password'],
      properties: {
        grant_type: { type: 'string', enum: ['password'] },
        username: { type: 'string', description: 'E-mail of the user.' },
        password: { type: 'string', format: 'password' },
        client_id: { type: 'string', maxLength: 512, description: 'Taken when the header of this name is absent.' },
      },
    },
    examples: {
      password: { value: { grant_type: 'password', username: 'admin@example.com', password: 'correct horse battery' } },
    },
  })
  @ApiResponse({ status: 200, type: TokenResponse, description: 'A new access token.' })
  @ApiResponse({ status: 400, type: OAuthErrorBody, description: 'Refused: RFC 6749, section 5.2.' })
  @ApiResponse({ status: 413, type: OAuthErrorBody, description: 'The body is larger than 256 KiB.' })
  @ApiResponse({ status: 500, type: OAuthErrorBody, description: 'A fault of ours.' })
  @ApiResponse({ status: 503, type: OAuthErrorBody, description: 'The database cannot be reached.' })
  issue(@TokenRequestForm() request: TokenRequest): Promise<TokenResponse> {
    return this.tokens.issue(request);
  }
}
