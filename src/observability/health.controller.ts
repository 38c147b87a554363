import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Public } from '../access/policy.js';
import { AppError } from '../kernel/app-error.js';
import { RETRY_AFTER_SECONDS } from '../database/database-failures.js';
import { ShutdownService } from './shutdown.service.js';
import { withinTime } from './within-time.js';

const READY_TIMEOUT_MS = 2_000;

/** What a health probe answers when all is well. */
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
  ) {}

  @Get('live')
  @ApiOperation({ operationId: 'live', summary: 'Is the process alive?', security: [] })
  @ApiResponse({ status: 200, type: Health, description: 'It is. The database is not asked.' })
  @ApiResponse({ status: '4XX', description: 'The request was refused.' })
  live(): Health {
    return new Health();
  }

  @Get('ready')
  @ApiOperation({ operationId: 'ready', summary: 'Can it serve requests?', security: [] })
  @ApiResponse({ status: 200, type: Health, description: 'It can: the database answered.' })
  @ApiResponse({ status: '4XX', description: 'The request was refused.' })
  @ApiResponse({
    status: 503,
    description: 'The process is stopping, or the database did not answer within two seconds.',
  })
  async ready(): Promise<Health> {
    if (this.shutdown.hasBegun) throw notReady('The process is stopping.');
    try {
      await withinTime(this.dataSource.query('SELECT 1'), READY_TIMEOUT_MS);
    } catch (error) {
      throw notReady('The database does not answer.', (error as Error).message);
    }
    return new Health();
  }
}

function notReady(message: string, detail?: string): AppError {
  return new AppError('not_ready', 503, message, {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
    ...(detail && { detail }),
  });
}
