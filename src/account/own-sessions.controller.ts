import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { isUUID } from 'class-validator';
import { CurrentPrincipal } from '../access/current-principal.js';
import { SignedIn } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiFailures, ApiValidationFailure } from '../http/api-failures.js';
import { AppError } from '../kernel/app-error.js';
import { failedMember } from '../kernel/validation-error.js';
import { OwnSessionsService } from '../sessions/own-sessions.service.js';
import { AccountEnvelope } from './account-envelope.js';
import { ApiAct } from './api-account.js';
import { OwnSessionView } from './own-session-view.js';
import { StepUpService } from './step-up.service.js';

const ENDED = '`Value` is `{"Ended": n}`. All tokens of an ended session are invalid immediately.';
const FLAG_FAULT = 'must be true or false';

/** The sessions of the signed-in user. */
@ApiTags('Account')
@Controller('api/account/sessions')
export class OwnSessionsController {
  constructor(
    private readonly sessions: OwnSessionsService,
    private readonly stepUp: StepUpService,
  ) {}

  @Get()
  @SignedIn()
  @ApiOperation({
    operationId: 'listOwnSessions',
    summary: 'List my sessions',
    description: 'Where the user is signed in: the newest thousand live sessions, the newest first.',
  })
  @ApiResponse({ status: 200, type: [OwnSessionView], description: 'The sessions, as a bare array.' })
  @ApiFailures()
  async list(@CurrentPrincipal() { name, session }: Principal): Promise<OwnSessionView[]> {
    return (await this.sessions.list(name)).map((one) => OwnSessionView.of(one, session?.uniqueId));
  }

  @Delete(':uniqueId')
  @SignedIn()
  @ApiParam({ name: 'uniqueId', schema: { type: 'string', format: 'uuid' } })
  @ApiAct({ operationId: 'endOwnSession', summary: 'End one of my sessions', description: ENDED })
  @ApiFailures(404)
  async end(@Param('uniqueId') uniqueId: string, @CurrentPrincipal() principal: Principal): Promise<AccountEnvelope> {
    // The answer is the same for a session of another user, so nobody learns which sessions there are.
    if (!isUUID(uniqueId) || !(await this.sessions.end(uniqueId, principal)))
      throw new AppError('not_found', 404, 'You have no such session.');
    return this.ended(1, principal);
  }

  @Delete()
  @SignedIn()
  @ApiQuery({
    name: 'all',
    required: false,
    schema: { type: 'boolean', default: false },
    description: 'Whether the session of this request ends too.',
  })
  @ApiAct({
    operationId: 'endOwnSessions',
    summary: 'End all my other sessions, or all',
    description: `Ends all sessions but the one of this request. A request with Basic credentials has none, so it ends all. ${ENDED}`,
  })
  @ApiValidationFailure(
    { AttemptedValue: 'yes', Message: FLAG_FAULT, PropertyName: 'all' },
    'The request is malformed.',
  )
  async endOthers(
    @Query() query: Readonly<Record<string, unknown>>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<AccountEnvelope> {
    const kept = isFlagSet(query, 'all') ? undefined : principal.session?.uniqueId;
    return this.ended(await this.sessions.endOthers(kept, principal), principal);
  }

  private async ended(count: number, { name: by }: Principal): Promise<AccountEnvelope> {
    const message = count === 1 ? 'The session was ended.' : 'The sessions were ended.';
    return AccountEnvelope.done({ message, value: { Ended: count }, at: await this.stepUp.now(), by });
  }
}

/** Names of parameters match without regard to case (contract 1.6). @throws ValidationError for another value than true or false */
function isFlagSet(query: Readonly<Record<string, unknown>>, name: string): boolean {
  const [value, ...others] = Object.entries(query).flatMap(([given, one]) =>
    given.toLowerCase() === name ? [one] : [],
  );
  if (others.length > 0) throw failedMember(name, [value, ...others], 'must be given once');
  if (value === undefined || value === '') return false;
  if (value !== 'true' && value !== 'false') throw failedMember(name, value, FLAG_FAULT);
  return value === 'true';
}
