import { Module } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module.js';
import { ClientRegistryModule } from '../../clients/client-registry.module.js';
import { DatabaseModule } from '../../database/database.module.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { SigningKeysModule } from '../../signing-keys/signing-keys.module.js';
import { UsersModule } from '../../users/users.module.js';
import { CreateClientAssertions1797000002001 } from '../migrations/1797000002001-create-client-assertions.js';
import { ClientAssertionsRepository } from './client-assertions.repository.js';
import { ClientAssertionsService } from './client-assertions.service.js';
import { ClientAuditKinds } from './client-audit-kinds.js';
import { ClientAuthenticationService } from './client-authentication.service.js';
import { ClientKeysService } from './client-keys.service.js';
import { ClientRequestsService } from './client-requests.service.js';
import { ClientStrategy } from './client.strategy.js';

/** How registered clients prove who they are at the OAuth endpoints. */
@Module({
  imports: [
    ...[AuditModule, JobsModule, ClientRegistryModule, UsersModule, SigningKeysModule, SessionsModule],
    DatabaseModule.forFeature({ entities: [], migrations: [CreateClientAssertions1797000002001] }),
  ],
  providers: [
    ClientAuditKinds,
    ClientAuthenticationService,
    ClientAssertionsService,
    ClientAssertionsRepository,
    ClientKeysService,
    ClientRequestsService,
    ClientStrategy,
  ],
  exports: [ClientRequestsService],
})
export class ClientAuthenticationModule {}
