import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuditModule } from '../audit/audit.module.js';
import { ClientRegistryModule } from '../clients/client-registry.module.js';
import { ProofsModule } from '../proofs/proofs.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { BasicAuditKinds } from './basic-audit-kinds.js';
import { BasicStrategy } from './basic.strategy.js';
import { BearerStrategy } from './bearer.strategy.js';
import { RememberedPasswordsService } from './remembered-passwords.service.js';

/** Finds the principal of a request by its credentials. */
@Module({
  imports: [AuditModule, ClientRegistryModule, ProofsModule, UsersModule, SigningKeysModule, SessionsModule],
  providers: [
    BasicAuditKinds,
    BearerStrategy,
    BasicStrategy,
    RememberedPasswordsService,
    { provide: APP_GUARD, useClass: AuthenticationGuard },
  ],
})
export class AuthenticationModule {}
