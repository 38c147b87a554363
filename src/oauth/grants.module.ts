import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ClientRegistryModule } from '../clients/client-registry.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { StatisticsModule } from '../statistics/statistics.module.js';
import { UsersModule } from '../users/users.module.js';
import { AddedClaimsService } from './added-claims.service.js';
import { AudiencesService } from './audiences.service.js';
import { ClientCredentialsGrant } from './grants/client-credentials.grant.js';
import { GrantsService } from './grants/grants.service.js';
import { PasswordGrant } from './grants/password.grant.js';
import { RefreshTokenGrant } from './grants/refresh-token.grant.js';
import { NewSessionsService } from './new-sessions.service.js';
import { TokenResponsesService } from './token-responses.service.js';

/**
 * The grants of the token endpoint. A module with a grant imports it, to begin sessions with `NewSessionsService`.
 * @publicApi
 */
@Module({
  imports: [AuditModule, ClientRegistryModule, UsersModule, SigningKeysModule, SessionsModule, StatisticsModule],
  providers: [
    GrantsService,
    AddedClaimsService,
    PasswordGrant,
    RefreshTokenGrant,
    ClientCredentialsGrant,
    AudiencesService,
    TokenResponsesService,
    NewSessionsService,
  ],
  exports: [GrantsService, NewSessionsService, AudiencesService],
})
export class GrantsModule {}
