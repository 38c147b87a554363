import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { DeclaredRolesService } from './declared-roles.service.js';
import { RolesGuard } from './roles.guard.js';

/** Checks every route against its declared policy. Import this after authentication, which identifies the user. */
@Module({
  imports: [DiscoveryModule],
  providers: [{ provide: APP_GUARD, useClass: RolesGuard }, DeclaredRolesService],
  exports: [DeclaredRolesService],
})
export class AccessModule {}
