import { Module } from '@nestjs/common';
import { AuditTrailModule } from '../audit-trail/audit-trail.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { providersOf } from '../resource/kit/resource-feature.js';
import { UsersModule } from '../users/users.module.js';
import { ErasuresJob } from './erasures.job.js';
import { ErasuresRepository } from './erasures.repository.js';
import { ErasuresService } from './erasures.service.js';
import { KnownRolesService } from './known-roles.service.js';
import { CreateErasures1797000007100 } from './migrations/1797000007100-create-erasures.js';
import { PersonalDataService } from './personal-data.service.js';
import { USERS } from './user-record.js';
import { UserRecordsController } from './user-records.controller.js';
import { UserRecordsRepository } from './user-records.repository.js';
import { UserRecordsService } from './user-records.service.js';

const PERSONS = [PersonalDataService, ErasuresService, ErasuresJob, ErasuresRepository];

/** The User resource: who may sign in, and what they may do. */
@Module({
  imports: [
    AuditModule,
    AuditTrailModule,
    JobsModule,
    UsersModule,
    DatabaseModule.forFeature({ entities: [], migrations: [CreateErasures1797000007100] }),
  ],
  controllers: [UserRecordsController],
  providers: [...providersOf(USERS, UserRecordsService), UserRecordsRepository, KnownRolesService, ...PERSONS],
  exports: [ErasuresService, PersonalDataService],
})
export class UserRecordsModule {}
