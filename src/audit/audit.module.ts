import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { AuditRetention } from './audit-retention.js';
import { AuditTrailController } from './audit-trail.controller.js';
import { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrail } from './audit-trail.js';
import { AddLastRedemption1796000001000 } from './migrations/1796000001000-add-last-redemption.js';
import { CreateAuditTrailEntries1795000000500 } from './migrations/1795000000500-create-audit-trail-entries.js';

/** The audit trail. */
@Module({
  imports: [
    JobsModule,
    DatabaseModule.forFeature({
      entities: [AuditTrailEntry],
      migrations: [CreateAuditTrailEntries1795000000500, AddLastRedemption1796000001000],
    }),
  ],
  controllers: [AuditTrailController],
  providers: [AuditTrail, AuditRetention],
  exports: [AuditTrail],
})
export class AuditModule {}
