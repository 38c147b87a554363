import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { AuditEventsRepository } from './audit-events.repository.js';
import { AuditEventsService } from './audit-events.service.js';
import { AuditKindsService } from './audit-kinds.service.js';
import { CreateAuditTrailEntries1795000000500 } from './migrations/1795000000500-create-audit-trail-entries.js';
import { AddLastRedemption1796000001000 } from './migrations/1796000001000-add-last-redemption.js';
import { AddResourceAndChanges1796000010000 } from './migrations/1796000010000-add-resource-and-changes.js';

/**
 * Writes the events of the audit trail.
 * @publicApi
 */
@Module({
  imports: [
    DatabaseModule.forFeature({
      entities: [],
      migrations: [
        CreateAuditTrailEntries1795000000500,
        AddLastRedemption1796000001000,
        AddResourceAndChanges1796000010000,
      ],
    }),
  ],
  providers: [AuditEventsService, AuditEventsRepository, AuditKindsService],
  exports: [AuditEventsService, AuditKindsService],
})
export class AuditModule {}
