import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { AuditTrailController } from './audit-trail.controller.js';
import { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrail } from './audit-trail.js';
import { CreateAuditTrailEntries1795000000500 } from './migrations/1795000000500-create-audit-trail-entries.js';

/** The audit trail. */
@Module({
  imports: [
    DatabaseModule.forFeature({ entities: [AuditTrailEntry], migrations: [CreateAuditTrailEntries1795000000500] }),
  ],
  controllers: [AuditTrailController],
  providers: [AuditTrail],
  exports: [AuditTrail],
})
export class AuditModule {}
