import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { SignedIn } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiFailures } from '../http/api-failures.js';
import { AccountView } from './account-view.js';
import { AccountService } from './account.service.js';
import { SignInView } from './sign-in-view.js';

/** What signed-in users see of their own account. */
@ApiTags('Account')
@Controller('api/account')
export class AccountController {
  constructor(private readonly accounts: AccountService) {}

  @Get()
  @SignedIn()
  @ApiOperation({ operationId: 'getAccount', summary: 'Get my account' })
  @ApiResponse({ status: 200, type: AccountView, description: 'The user of the request.' })
  @ApiFailures()
  get(@CurrentPrincipal() principal: Principal): Promise<AccountView> {
    return this.accounts.of(principal);
  }

  @Get('signins')
  @SignedIn()
  @ApiOperation({
    operationId: 'listOwnSignIns',
    summary: 'List my last sign-ins',
    description:
      'The newest 50 sign-ins and refused attempts, the newest first, among the newest 5,000 events about the user.',
  })
  @ApiResponse({ status: 200, type: [SignInView], description: 'The sign-ins, as a bare array.' })
  @ApiFailures()
  signIns(@CurrentPrincipal() principal: Principal): Promise<SignInView[]> {
    return this.accounts.signInsOf(principal);
  }
}
