import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { AccessTokensService } from './access-tokens.service.js';
import { CreateSigningKeys1795000001000 } from './migrations/1795000001000-create-signing-keys.js';
import { KeyAuditKinds } from './key-audit-kinds.js';
import { SigningKey } from './signing-key.entity.js';
import { SigningKeysRepository } from './signing-keys.repository.js';
import { SigningKeysService } from './signing-keys.service.js';

/** The keys that sign access tokens, and the tokens they sign. */
@Module({
  imports: [
    AuditModule,
    JobsModule,
    DatabaseModule.forFeature({ entities: [SigningKey], migrations: [CreateSigningKeys1795000001000] }),
  ],
  providers: [KeyAuditKinds, SigningKeysService, SigningKeysRepository, AccessTokensService],
  exports: [SigningKeysService, AccessTokensService],
})
export class SigningKeysModule {}
