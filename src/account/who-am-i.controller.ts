import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { SignedIn } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiFailures } from '../http/api-failures.js';
import { AccountView } from './account-view.js';
import { AccountService } from './account.service.js';

/** The path at which clients of the Nexudus API ask who is signed in. */
@ApiTags('Account')
@Controller('en/user/me')
export class WhoAmIController {
  constructor(private readonly accounts: AccountService) {}

  @Get()
  @SignedIn()
  @ApiOperation({
    operationId: 'whoAmI',
    summary: 'Get my account, as clients of the Nexudus API do',
    description: 'The same as `GET /api/account`.',
  })
  @ApiResponse({ status: 200, type: AccountView, description: 'The user of the request.' })
  @ApiFailures()
  get(@CurrentPrincipal() principal: Principal): Promise<AccountView> {
    return this.accounts.of(principal);
  }
}
