import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuditTrailModule } from '../audit-trail/audit-trail.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { JobRunsService } from './job-runs.service.js';
import { JobsController } from './jobs.controller.js';
import { IndexTrailChecks1797000010100 } from './migrations/1797000010100-index-trail-checks.js';
import { OperationAuditKinds } from './operation-audit-kinds.js';
import { SigningKeysController } from './signing-keys.controller.js';
import { StateController } from './state.controller.js';
import { StateRepository } from './state.repository.js';
import { StateService } from './state.service.js';
import { VerificationController } from './verification.controller.js';
import { VerificationService } from './verification.service.js';

/** What operators see and do through the API: the state of the service, jobs, signing keys, and the verification of the audit trail. */
@Module({
  imports: [
    ...[AuditModule, AuditTrailModule, JobsModule, SessionsModule, SigningKeysModule],
    DatabaseModule.forFeature({ entities: [], migrations: [IndexTrailChecks1797000010100] }),
  ],
  controllers: [StateController, JobsController, SigningKeysController, VerificationController],
  providers: [OperationAuditKinds, StateRepository, StateService, JobRunsService, VerificationService],
})
export class OperationsModule {}
