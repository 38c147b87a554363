import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuditTrailModule } from '../audit-trail/audit-trail.module.js';
import { ClientRegistryModule } from '../clients/client-registry.module.js';
import { ProofsModule } from '../proofs/proofs.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { UsersModule } from '../users/users.module.js';
import { AdmissionsService } from './admissions.service.js';
import { ClientAuthenticationModule } from './client-authentication/client-authentication.module.js';
import { DescribedAccessTokensService } from './described-access-tokens.service.js';
import { DiscoveryController } from './discovery.controller.js';
import { GlobalRevocationController } from './global-revocation.controller.js';
import { GlobalRevocationService } from './global-revocation.service.js';
import { GrantsModule } from './grants.module.js';
import { HomeController } from './home.controller.js';
import { IntrospectionAuditKinds } from './introspection-audit-kinds.js';
import { IntrospectionService } from './introspection.service.js';
import { RevocationService } from './revocation.service.js';
import { RevocationFeedService } from './revocation-feed.service.js';
import { RevocationsController } from './revocations.controller.js';
import { TokenController } from './token.controller.js';
import { TokenService } from './token.service.js';

/** The OAuth 2.0 endpoints. */
@Module({
  imports: [
    ...[AuditModule, GrantsModule, UsersModule, SigningKeysModule, SessionsModule],
    ...[AuditTrailModule, ClientRegistryModule, ClientAuthenticationModule, ProofsModule],
  ],
  controllers: [
    TokenController,
    GlobalRevocationController,
    RevocationsController,
    DiscoveryController,
    HomeController,
  ],
  providers: [
    IntrospectionAuditKinds,
    TokenService,
    AdmissionsService,
    RevocationService,
    GlobalRevocationService,
    RevocationFeedService,
    IntrospectionService,
    DescribedAccessTokensService,
  ],
})
export class OAuthModule {}
