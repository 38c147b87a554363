import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Role } from '../access/policy.js';
import { ApiFailures } from '../http/api-failures.js';
import { StateView } from './state-view.js';
import { StateService } from './state.service.js';

/** The state of the service. */
@ApiTags('Statistics')
@Controller('api/sys/state')
export class StateController {
  constructor(private readonly state: StateService) {}

  @Get()
  @Role('Statistics-Read')
  @ApiOperation({
    operationId: 'readState',
    summary: 'Read the state of the service',
    description: 'Live sessions, version, database, and whether the audit trail is intact.',
  })
  @ApiResponse({ status: 200, type: StateView, description: 'The state now.' })
  @ApiFailures()
  read(): Promise<StateView> {
    return this.state.read();
  }
}
