import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Role } from '../access/policy.js';
import { ApiFailures } from '../http/api-failures.js';
import { entityTagOf } from '../resource/entity-tag.js';
import { RevocationFeedService } from './revocation-feed.service.js';
import { FeedQuery, LONGEST_WAIT_SECONDS } from './revocations-query.js';
import { Revocations } from './revocations.js';

/** The feed of ended sessions, for resource servers that verify access tokens by the key set alone. */
@ApiTags('Token')
@Controller('api/token/revocations')
export class RevocationsController {
  constructor(private readonly feed: RevocationFeedService) {}

  @Get()
  @Role('Token-Introspect', 'RefreshToken-Read')
  @RouteConfig({ admitsClients: 'basic' })
  @Header('cache-control', 'private, no-cache')
  @ApiOperation({
    operationId: 'listRevocations',
    summary: 'Read which sessions ended',
    description:
      'The sessions that ended since a cursor, one by one or by cutoffs, each at least once, for those who verify access tokens by the key set alone. ' +
      'A registered client that authenticates by HTTP Basic needs the role in `Roles` of its record. See docs/resource-servers.md.',
  })
  @ApiQuery({
    name: 'since',
    required: false,
    schema: { type: 'string', example: '4711-4712-1-0' },
    description:
      'The `cursor` of the previous answer. Without it, the feed begins with the oldest end whose access tokens may be valid.',
  })
  @ApiQuery({
    name: 'wait',
    required: false,
    schema: { type: 'integer', format: 'int32', minimum: 0, maximum: LONGEST_WAIT_SECONDS, default: 0 },
    description: 'For how many seconds the service waits for an end if there is no new one. Only with `since`.',
  })
  @ApiResponse({ status: 200, type: Revocations, description: 'The sessions, and the cursor for the next request.' })
  @ApiResponse({ status: 304, description: 'The entity tag is in `If-None-Match`: nothing is new.' })
  @ApiFailures(400)
  async list(
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Revocations> {
    const { since, waitMs } = FeedQuery.of(query);
    const signal = disconnectionOf(reply);
    const answer = Revocations.of(await this.feed.read({ since, waitMs, signal }));
    void reply.header('etag', entityTagOf(answer));
    return answer;
  }
}

/** A signal that is aborted when the connection closes, or the response has been sent. */
function disconnectionOf({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    controller.abort();
  });
  return controller.signal;
}
