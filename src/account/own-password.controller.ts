import { Body, Controller, Put, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Public, SignedIn } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { originOf } from '../access/request-origin.js';
import { isAbandoned } from '../http/arrival.js';
import { OwnSessionsService } from '../sessions/own-sessions.service.js';
import { ExpiredPasswordsService } from '../users/expired-passwords.service.js';
import { OwnPasswordsService } from '../users/own-passwords.service.js';
import { AccountEnvelope } from './account-envelope.js';
import { AccountService } from './account.service.js';
import { ApiAct } from './api-account.js';
import { ExpiredPasswordBody, PasswordBody } from './credential-bodies.js';
import { StepUpService } from './step-up.service.js';

const CHANGED = 'The password was changed.';

/** The password of the user. */
@ApiTags('Account')
@Controller('api/account')
export class OwnPasswordController {
  constructor(
    private readonly passwords: OwnPasswordsService,
    private readonly expired: ExpiredPasswordsService,
    private readonly sessions: OwnSessionsService,
    private readonly accounts: AccountService,
    private readonly stepUp: StepUpService,
  ) {}

  @Put('password')
  @SignedIn()
  @ApiAct({
    ...{ operationId: 'changeOwnPassword', summary: 'Change my password', body: PasswordBody },
    description:
      'Ends all other sessions, unless `EndOtherSessions` is false. Wrong present passwords are limited as at a sign-in. A user with a second ' +
      'factor must have signed in within the last five minutes (401 `insufficient_user_authentication`, RFC 9470).',
    refusal: { PropertyName: 'CurrentPassword', Message: 'is wrong' },
  })
  async change(
    @Body() { CurrentPassword: current, NewPassword: next, EndOtherSessions: endsOthers }: PasswordBody,
    @CurrentPrincipal() principal: Principal,
    @Req() request: FastifyRequest,
  ): Promise<AccountEnvelope> {
    const { name: by, session } = principal;
    const at = await ((await this.accounts.hasSecondFactor(principal))
      ? this.stepUp.demandRecent(principal)
      : this.stepUp.now());
    await this.passwords.change(
      { current, next },
      {
        actor: principal,
        isAbandoned: () => isAbandoned(request),
        ...(endsOthers !== false && {
          also: (manager) => this.sessions.endOthersWithin(manager, session?.uniqueId, principal),
        }),
      },
    );
    return AccountEnvelope.done({ message: CHANGED, value: null, at, by });
  }

  @Put('expiredpassword')
  @Public()
  @ApiAct({
    ...{ operationId: 'changeExpiredPassword', summary: 'Change a password that must be changed', isPublic: true },
    body: ExpiredPasswordBody,
    description:
      'For a user whose sign-in was refused with `must_reset_password`. The ticket is good for ten minutes, for one change. Then the user signs in.',
    refusal: { PropertyName: 'Ticket', Message: 'is not valid, or no longer: sign in again' },
  })
  async replace(
    @Body() { Ticket: ticket, NewPassword: next }: ExpiredPasswordBody,
    @Req() request: FastifyRequest,
  ): Promise<AccountEnvelope> {
    const by = await this.expired.replace({ ticket, next }, originOf(request));
    return AccountEnvelope.done({ message: CHANGED, value: null, at: await this.stepUp.now(), by });
  }
}
