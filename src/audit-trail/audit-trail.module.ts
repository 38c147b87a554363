import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { makeEntity } from '../resource/kit/resource-entity.js';
import { providersOf } from '../resource/kit/resource-feature.js';
import { AuditExportService } from './audit-export.service.js';
import { AuditRetentionJob } from './audit-retention.job.js';
import { AuditSealRecord } from './audit-seal.entity.js';
import { AuditSealsJob } from './audit-seals.job.js';
import { AuditSealsRepository } from './audit-seals.repository.js';
import { AuditTrailEntriesRepository } from './audit-trail-entries.repository.js';
import { AUDIT_TRAIL_ENTRIES, AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailController } from './audit-trail.controller.js';
import { AuditTrailService } from './audit-trail.service.js';
import { AuditVerificationService } from './audit-verification.service.js';
import { DamageReportsService } from './damage-reports.service.js';
import { EndedSessionsRepository } from './ended-sessions.repository.js';
import { EndedSessionsService } from './ended-sessions.service.js';
import { CreateAuditSeals1796000004500 } from './migrations/1796000004500-create-audit-seals.js';
import { IndexEndedSessions1797000006000 } from './migrations/1797000006000-index-ended-sessions.js';
import { IndexEndsByRequest1797000008000 } from './migrations/1797000008000-index-ends-by-request.js';
import { NoteErasures1797000007000 } from './migrations/1797000007000-note-erasures.js';
import { PersonEventsRepository } from './person-events.repository.js';
import { RangeErasureService } from './range-erasure.service.js';
import { RangePruningService } from './range-pruning.service.js';
import { SealChainService } from './seal-chain.service.js';
import { SettledIdsService } from './settled-ids.service.js';
import { TrailPersonalData } from './trail-personal-data.js';
import { TrailAuditKinds } from './trail-audit-kinds.js';

makeEntity(AUDIT_TRAIL_ENTRIES);

/** The audit trail: search, export, retention and seals. */
@Module({
  imports: [
    AuditModule,
    JobsModule,
    DatabaseModule.forFeature({
      entities: [AuditTrailEntry, AuditSealRecord],
      migrations: [
        CreateAuditSeals1796000004500,
        IndexEndedSessions1797000006000,
        NoteErasures1797000007000,
        IndexEndsByRequest1797000008000,
      ],
    }),
  ],
  controllers: [AuditTrailController],
  providers: [
    TrailAuditKinds,
    ...providersOf(AUDIT_TRAIL_ENTRIES, AuditTrailService),
    AuditTrailEntriesRepository,
    AuditSealsRepository,
    EndedSessionsRepository,
    EndedSessionsService,
    AuditExportService,
    AuditRetentionJob,
    AuditSealsJob,
    AuditVerificationService,
    DamageReportsService,
    PersonEventsRepository,
    RangeErasureService,
    TrailPersonalData,
    RangePruningService,
    SealChainService,
    SettledIdsService,
  ],
  exports: [AuditExportService, AuditVerificationService, EndedSessionsService, TrailPersonalData],
})
export class AuditTrailModule {}
