import { Controller, HttpCode, Post, StreamableFile } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiFailures } from '../http/api-failures.js';
import { VerificationService } from './verification.service.js';

const LINES = 'application/x-ndjson';

/** The verification of the audit trail. */
@ApiTags('AuditTrailEntries')
@Controller('api/sys/audittrailentries/verify')
export class VerificationController {
  constructor(private readonly verification: VerificationService) {}

  @Post()
  @Role('AuditTrailEntry-Verify')
  @HttpCode(200)
  @RouteConfig({ isUncompressed: true })
  @ApiOperation({
    operationId: 'verifyAuditTrail',
    summary: 'Verify the audit trail',
    description:
      'Compares all events with their seals. The answer has a line of JSON for each step (`Seals`, `Of`), and a last line with `Findings` ' +
      'too: none if the trail is intact. A client that disconnects cancels it. `npm run cli -- audit verify` also checks sessions and users.',
  })
  @ApiResponse({
    status: 200,
    description: 'The steps, and the result.',
    content: {
      [LINES]: { schema: { type: 'string' }, example: '{"Seals":7,"Of":7,"Events":90,"Unsealed":2,"Findings":[]}\n' },
    },
  })
  @ApiFailures(409)
  verify(@CurrentPrincipal() principal: Principal): StreamableFile {
    const lines = Readable.from(this.verification.begin(principal), { objectMode: false });
    lines.once('close', () => {
      this.verification.end();
    });
    return new StreamableFile(lines, { type: LINES });
  }
}
