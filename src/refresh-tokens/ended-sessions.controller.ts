import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { ApiFailures, ApiValidationFailure } from '../http/api-failures.js';
import { textFault } from '../kernel/text.js';
import { failedMember } from '../kernel/validation-error.js';
import { streamLines } from '../resource/record-stream.js';
import { EndsOfRequestService } from '../sessions/ends-of-request.service.js';
import { endView } from '../sessions/ended-session.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';

const FAULT = { PropertyName: 'requestId', Message: 'must be the X-Request-Id of a request' };
const EXAMPLE = endView({
  id: 87654321,
  uniqueId: '01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d',
  subject: 'ada@example.com',
  clientId: 'kiosk',
  reason: 'ended-by-command',
});

/** The sessions that a request ended, such as one that ran `END_SESSIONS`. */
@ApiTags('RefreshTokens')
@Controller(`${REFRESH_TOKENS.path}/ended`)
export class EndedSessionsController {
  constructor(
    private readonly ends: EndsOfRequestService,
    private readonly events: AuditEventsService,
  ) {}

  @Get()
  @Role('RefreshToken-List')
  @ApiOperation({
    operationId: 'exportEndedSessions',
    summary: 'Export which sessions a request ended',
    description:
      'One JSON object per line for each session that the request ended, in the order of the Ids of their records, however many. It works as soon ' +
      'as the request was answered, and for as long as the audit trail has the ends.',
  })
  @ApiQuery({
    name: 'requestId',
    required: true,
    schema: { type: 'string', example: '5f0c6a5e-8f0c-4c53-9d5e-0c6f7a4b1e2d' },
    description: 'The `X-Request-Id` of the answer, which `END_SESSIONS` also returns as `Value.RequestId`.',
  })
  @ApiResponse({
    status: 200,
    description: 'The sessions. A failure in the middle breaks the connection.',
    content: { 'application/x-ndjson': { schema: { type: 'string' }, example: `${JSON.stringify(EXAMPLE)}\n` } },
  })
  @ApiValidationFailure({ AttemptedValue: null, ...FAULT }, 'The query is malformed.')
  @ApiFailures()
  async list(@Query('requestId') requestId: unknown, @CurrentPrincipal() actor: Principal): Promise<StreamableFile> {
    if (typeof requestId !== 'string' || requestId === '' || textFault(requestId))
      throw failedMember(FAULT.PropertyName, requestId, FAULT.Message);
    const pages = this.ends.pages(requestId);
    const first = await pages.next();
    await this.events.record({ kind: 'record-read', actor, reason: 'ended' });
    return streamLines(first, pages, endView);
  }
}
