import { Body, Controller, Delete, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { renderSVG } from 'uqr';
import { CurrentPrincipal } from '../access/current-principal.js';
import { SignedIn } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiFailures } from '../http/api-failures.js';
import { TotpEnrolmentService } from '../users/totp-enrolment.service.js';
import { AccountEnvelope } from './account-envelope.js';
import { ApiAct } from './api-account.js';
import { SecondFactorBody } from './credential-bodies.js';
import { StepUpService } from './step-up.service.js';

const RECENT =
  'The user must have signed in within the last five minutes, with a code if there is a second factor (401 `insufficient_user_authentication`, ' +
  'RFC 9470).';
const CODES =
  '`Value` is `{"RecoveryCodes": […]}`: ten codes, each good once at a sign-in as `totp`. They cannot be read again.';

/** The second factor of the signed-in user: codes of an authenticator app, and recovery codes. */
@ApiTags('Account')
@Controller('api/account')
export class SecondFactorController {
  constructor(
    private readonly enrolments: TotpEnrolmentService,
    private readonly stepUp: StepUpService,
  ) {}

  @Post('totp')
  @SignedIn()
  @ApiAct({
    operationId: 'beginSecondFactor',
    summary: 'Begin to set up a second factor',
    description:
      `Makes a secret for an authenticator app, and changes nothing. \`Value\` has \`Secret\`, \`Uri\`, \`QrCode\` (the URI as SVG) and \`Ticket\`, ` +
      `for the PUT of this path. ${RECENT}`,
  })
  async begin(@CurrentPrincipal() principal: Principal): Promise<AccountEnvelope> {
    const at = await this.stepUp.demandRecent(principal);
    const { secret, uri, ticket } = await this.enrolments.begin(principal.name);
    const value = { Secret: secret, Uri: uri, QrCode: renderSVG(uri), Ticket: ticket };
    return AccountEnvelope.done({ message: 'Scan the code, and confirm it.', value, at, by: principal.name });
  }

  @Put('totp')
  @SignedIn()
  @ApiAct({
    ...{ operationId: 'confirmSecondFactor', summary: 'Require a code from now on', body: SecondFactorBody },
    description: `The code shows that the app works. An earlier second factor is replaced. ${CODES} ${RECENT}`,
    refusal: { PropertyName: 'Totp', Message: 'is wrong, or of another time' },
  })
  async confirm(
    @Body() { Ticket: ticket, Totp: code }: SecondFactorBody,
    @CurrentPrincipal() principal: Principal,
  ): Promise<AccountEnvelope> {
    const at = await this.stepUp.demandRecent(principal);
    const codes = await this.enrolments.confirm({ ticket, code }, principal);
    return withCodes('The second factor was set up.', codes, { at, by: principal.name });
  }

  @Delete('totp')
  @SignedIn()
  @ApiAct({
    operationId: 'removeSecondFactor',
    summary: 'Remove my second factor',
    description: `Recovery codes are removed too. 400 without a second factor. ${RECENT}`,
  })
  @ApiFailures(400)
  async remove(@CurrentPrincipal() principal: Principal): Promise<AccountEnvelope> {
    const at = await this.stepUp.demandRecent(principal);
    await this.enrolments.remove(principal);
    return AccountEnvelope.done({ message: 'The second factor was removed.', value: null, at, by: principal.name });
  }

  @Post('recoverycodes')
  @SignedIn()
  @ApiAct({
    operationId: 'renewRecoveryCodes',
    summary: 'Replace my recovery codes',
    description: `The earlier ones are no longer good. 400 without a second factor. ${CODES} ${RECENT}`,
  })
  @ApiFailures(400)
  async renewCodes(@CurrentPrincipal() principal: Principal): Promise<AccountEnvelope> {
    const at = await this.stepUp.demandRecent(principal);
    const codes = await this.enrolments.renewRecoveryCodes(principal);
    return withCodes('There are new recovery codes.', codes, { at, by: principal.name });
  }
}

function withCodes(
  message: string,
  codes: readonly string[],
  { at, by }: { readonly at: Date; readonly by: string },
): AccountEnvelope {
  return AccountEnvelope.done({ message, value: { RecoveryCodes: codes }, at, by });
}
