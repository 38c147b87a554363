import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Role } from '../access/policy.js';
import { ApiFailures, ApiValidationFailure } from '../http/api-failures.js';
import { SEARCH_DATE_FAULT } from '../resource/search-dates.js';
import { LENGTHS, readStatisticsQuery } from './statistics-query.js';
import { StatisticsView } from './statistics-view.js';
import { StatisticsService } from './statistics.service.js';

/** A time of the period. */
function ApiTime(name: string, description: string): MethodDecorator {
  return ApiQuery({ name, required: false, schema: { type: 'string', example: '2025-01-15' }, description });
}

/** Sign-ins, refreshes, refusals and ends of sessions over time. */
@ApiTags('Statistics')
@Controller('api/sys/statistics')
export class StatisticsController {
  constructor(private readonly statistics: StatisticsService) {}

  @Get()
  @Role('Statistics-Read')
  @ApiOperation({
    operationId: 'readStatistics',
    summary: 'Count events by hour or day',
    description:
      'How many events of each kind and reason the audit trail got in each hour or day, how many refreshes there were, and how many ' +
      'sessions lived. Counts stay as long as events do (`AUDIT_RETENTION`), at most 1,000 intervals are read together.',
  })
  @ApiTime('from', 'The period begins with the hour or day of this time: by default 23 hours, or 29 days, before `to`.')
  @ApiTime('to', 'The period ends with the hour or day of this time: by default, and at the latest, now.')
  @ApiQuery({ name: 'by', required: false, schema: { type: 'string', enum: [...LENGTHS], default: 'hour' } })
  @ApiResponse({ status: 200, type: StatisticsView, description: 'The counts.' })
  @ApiValidationFailure(
    { AttemptedValue: 'yesterday', PropertyName: 'from', Message: SEARCH_DATE_FAULT },
    'The query is malformed.',
  )
  @ApiFailures()
  read(@Query() query: Record<string, unknown>): Promise<StatisticsView> {
    return this.statistics.read(readStatisticsQuery(query));
  }
}
