import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiFailures, ApiValidationFailure } from '../http/api-failures.js';
import { GlobalRevocationService } from './global-revocation.service.js';
import { SUBJECT_IDENTIFIER } from './subject-identifier.js';

/** Global Token Revocation, for identity providers and security tools (draft-parecki-oauth-global-token-revocation). */
@ApiTags('Token')
@Controller('api/token/globalrevocation')
export class GlobalRevocationController {
  constructor(private readonly revocation: GlobalRevocationService) {}

  @Post()
  @HttpCode(204)
  @Role('RefreshToken-Delete')
  @RouteConfig({ admitsClients: 'basic' })
  @ApiOperation({
    operationId: 'revokeGlobally',
    summary: 'Revoke all tokens of a user',
    description:
      'Global Token Revocation (draft-parecki-oauth-global-token-revocation): ends all sessions of the user. ' +
      'A registered client that authenticates by HTTP Basic needs the role in `Roles` of its record.',
  })
  @ApiBody({
    schema: { type: 'object', required: ['sub_id'], properties: { sub_id: SUBJECT_IDENTIFIER } },
    examples: { email: { value: { sub_id: { format: 'email', email: 'ada@example.com' } } } },
  })
  @ApiResponse({ status: 204, description: 'The user has no session any more. All their tokens are invalid.' })
  @ApiValidationFailure(
    { AttemptedValue: 'ada', PropertyName: 'sub_id', Message: 'must be a subject identifier: an object' },
    'The body is not valid JSON.',
  )
  @ApiFailures(404, 413, 415)
  revoke(@Body() body: unknown, @CurrentPrincipal() principal: Principal): Promise<void> {
    return this.revocation.revoke(body, principal);
  }
}
