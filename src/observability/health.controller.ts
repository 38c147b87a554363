import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Public } from '../access/policy.js';
import { AppError } from '../kernel/app-error.js';
import { RETRY_AFTER_SECONDS } from '../database/database-failures.js';
import { HealthChecksService } from './health-checks.service.js';
import { ShutdownService } from './shutdown.service.js';
import { withinTime } from './within-time.js';

const READY_TIMEOUT_MS = 2_000;

/** The body of a successful health probe. */
class Health {
  @ApiProperty({ type: String, enum: ['ok'], example: 'ok' })
  readonly status = 'ok';
}

/** Probes for orchestrators and load balancers. */
@ApiTags('Health')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly shutdown: ShutdownService,
    private readonly checks: HealthChecksService,
  ) {}

  @Get('live')
  @ApiOperation({ operationId: 'live', summary: 'Check whether the process is alive' })
  @ApiResponse({
    status: 200,
    type: Health,
    description: 'The process is alive. This probe does not query the database.',
  })
  @ApiResponse({ status: '4XX', description: 'The request was refused.' })
  live(): Health {
    return new Health();
  }

  @Get('ready')
  @ApiOperation({ operationId: 'ready', summary: 'Check whether the process can serve requests' })
  @ApiResponse({ status: 200, type: Health, description: 'The process can serve requests: the database answered.' })
  @ApiResponse({ status: '4XX', description: 'The request was refused.' })
  @ApiResponse({
    status: 503,
    description:
      'The process is stopping, or the database or a health check of a module did not answer within two seconds.',
  })
  async ready(): Promise<Health> {
    if (this.shutdown.hasBegun) throw notReady('The process is stopping.');
    try {
      await withinTime(this.dataSource.query('SELECT 1'), READY_TIMEOUT_MS);
    } catch (error) {
      throw notReady('The database does not answer.', (error as Error).message);
    }
    await this.checks.demandAll();
    return new Health();
  }
}

function notReady(message: string, detail?: string): AppError {
  return new AppError('not_ready', 503, message, {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
    ...(detail && { detail }),
  });
}
