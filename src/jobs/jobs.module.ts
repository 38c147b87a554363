import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { EmbeddedMaintenanceJob } from './embedded-maintenance.job.js';
import { EmbeddedMaintenanceRepository } from './embedded-maintenance.repository.js';
import { JobRecord } from './job-record.entity.js';
import { JobsService } from './jobs.service.js';
import { LeasesRepository } from './leases.repository.js';
import { CreateJobs1795200001000 } from './migrations/1795200001000-create-jobs.js';

/** The jobs that keep the database tidy. */
@Module({
  imports: [DatabaseModule.forFeature({ entities: [JobRecord], migrations: [CreateJobs1795200001000] })],
  providers: [JobsService, LeasesRepository, EmbeddedMaintenanceJob, EmbeddedMaintenanceRepository],
  exports: [JobsService],
})
export class JobsModule {}
