import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { AuditExport } from './audit-export.js';
import { AuditRetention } from './audit-retention.js';
import { AuditSealRecord } from './audit-seal.entity.js';
import { AuditSeals } from './audit-seals.js';
import { AuditTrailController } from './audit-trail.controller.js';
import { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrail } from './audit-trail.js';
import { AddLastRedemption1796000001000 } from './migrations/1796000001000-add-last-redemption.js';
import { AuditVerification } from './audit-verification.js';
import { DamageReports } from './damage-reports.js';
import { CreateAuditTrailEntries1795000000500 } from './migrations/1795000000500-create-audit-trail-entries.js';
import { CreateAuditSeals1796000004500 } from './migrations/1796000004500-create-audit-seals.js';
import { RangePruning } from './range-pruning.js';
import { SealChain } from './seal-chain.js';
import { SettledIds } from './settled-ids.js';

/** The audit trail. */
@Module({
  imports: [
    JobsModule,
    DatabaseModule.forFeature({
      entities: [AuditTrailEntry, AuditSealRecord],
      migrations: [CreateAuditTrailEntries1795000000500, AddLastRedemption1796000001000, CreateAuditSeals1796000004500],
    }),
  ],
  controllers: [AuditTrailController],
  providers: [
    AuditTrail,
    AuditExport,
    AuditRetention,
    AuditSeals,
    AuditVerification,
    DamageReports,
    RangePruning,
    SealChain,
    SettledIds,
  ],
  exports: [AuditTrail, AuditExport, AuditVerification],
})
export class AuditModule {}
