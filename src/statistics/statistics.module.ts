import { Module } from '@nestjs/common';
import { AuditTrailModule } from '../audit-trail/audit-trail.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { EventCountsJob } from './event-counts.job.js';
import { EventCountsRepository } from './event-counts.repository.js';
import { CreateEventCounts1797000010000 } from './migrations/1797000010000-create-event-counts.js';
import { RefreshCountsService } from './refresh-counts.service.js';
import { StatisticsController } from './statistics.controller.js';
import { StatisticsService } from './statistics.service.js';

/** Numbers of events and sessions over time. The audit trail comes first, so its job seals events before they are counted. */
@Module({
  imports: [
    AuditTrailModule,
    JobsModule,
    SessionsModule,
    DatabaseModule.forFeature({ entities: [], migrations: [CreateEventCounts1797000010000] }),
  ],
  controllers: [StatisticsController],
  providers: [EventCountsRepository, EventCountsJob, RefreshCountsService, StatisticsService],
  exports: [RefreshCountsService],
})
export class StatisticsModule {}
