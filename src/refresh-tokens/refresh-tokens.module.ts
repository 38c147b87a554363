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
import { RecordsAheadRepository } from './records-ahead.repository.js';
import { RecordsAheadService } from './records-ahead.service.js';
import { RefreshToken } from './refresh-token.entity.js';
import { RefreshTokensController } from './refresh-tokens.controller.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';
import { RefreshTokensService } from './refresh-tokens.service.js';
import { SearchesAheadRepository } from './searches-ahead.repository.js';
import { SearchesAheadService } from './searches-ahead.service.js';

const AHEAD = [RecordsAheadService, RecordsAheadRepository, SearchesAheadService, SearchesAheadRepository];
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
        providers: [ExpiredRecordsJob, EarlierTicketsService, EndSessionsService, ...AHEAD, ...PERSONS],
      },
    ]),
  ],
  controllers: [EndedSessionsController],
})
export class RefreshTokensModule {}
