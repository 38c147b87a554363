import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { Public } from '../access/policy.js';
import { AppError } from '../kernel/app-error.js';
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
  constructor(private readonly dataSource: DataSource) {}

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
  @ApiResponse({ status: 503, description: 'The database did not answer within two seconds.' })
  async ready(): Promise<Health> {
    await answersInTime(this.dataSource.query('SELECT 1'));
    return new Health();
  }
}

async function answersInTime(answer: Promise<unknown>): Promise<void> {
  try {
    await withinTime(answer, READY_TIMEOUT_MS);
  } catch (error) {
    throw new AppError('not_ready', 503, 'The database does not answer.', {
      headers: { 'retry-after': '5' },
      detail: (error as Error).message,
    });
  }
}
