import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ResourceModule } from '../resource/resource.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { EarlierTicketsService } from './earlier-tickets.service.js';
import { EndSessionsService } from './end-sessions.service.js';
import { EndedSessionsController } from './ended-sessions.controller.js';
import { ExpiredRecordsJob } from './expired-records.job.js';
import { PersonRecordsRepository } from './person-records.repository.js';
import { RecordPersonalData } from './record-personal-data.js';
import { RecordSearchesRepository } from './record-searches.repository.js';
import { RefreshToken } from './refresh-token.entity.js';
import { RefreshTokensController } from './refresh-tokens.controller.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';
import { RefreshTokensService } from './refresh-tokens.service.js';

const PERSONS = [RecordPersonalData, PersonRecordsRepository];

/** The RefreshToken resource: the records of sessions, and those that clients write. */
@Module({
  imports: [
    ...[AuditModule, SessionsModule],
    ResourceModule.forFeature([
      {
        resource: RefreshToken,
        service: RefreshTokensService,
        controller: RefreshTokensController,
        repository: RefreshTokensRepository,
        imports: [AuditModule, JobsModule, SessionsModule],
        providers: [ExpiredRecordsJob, EarlierTicketsService, EndSessionsService, RecordSearchesRepository, ...PERSONS],
      },
    ]),
  ],
  controllers: [EndedSessionsController],
})
export class RefreshTokensModule {}
