import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { AuditExport } from './audit-export.service.js';
import { AuditRetention } from './audit-retention.job.js';
import { AuditSealRecord } from './audit-seal.entity.js';
import { AuditSeals } from './audit-seals.job.js';
import { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailController } from './audit-trail.controller.js';
import { AuditTrailService } from './audit-trail.service.js';
import { AuditVerification } from './audit-verification.service.js';
import { DamageReports } from './damage-reports.service.js';
import { CreateAuditSeals1796000004500 } from './migrations/1796000004500-create-audit-seals.js';
import { RangePruning } from './range-pruning.service.js';
import { SealChain } from './seal-chain.service.js';
import { SettledIds } from './settled-ids.service.js';

/** The searchable audit trail: its resource, its export, its retention and its seals. */
@Module({
  imports: [
    AuditModule,
    JobsModule,
    DatabaseModule.forFeature({
      entities: [AuditTrailEntry, AuditSealRecord],
      migrations: [CreateAuditSeals1796000004500],
    }),
  ],
  controllers: [AuditTrailController],
  providers: [
    AuditTrailService,
    AuditExport,
    AuditRetention,
    AuditSeals,
    AuditVerification,
    DamageReports,
    RangePruning,
    SealChain,
    SettledIds,
  ],
  exports: [AuditExport, AuditVerification],
})
export class AuditTrailModule {}
