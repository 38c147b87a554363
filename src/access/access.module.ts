import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { DeclaredRolesService } from './declared-roles.service.js';
import { RolesGuard } from './roles.guard.js';

/** Guards every route by its declared policy. Must be imported after authentication, which says who asks. */
@Module({
  imports: [DiscoveryModule],
  providers: [{ provide: APP_GUARD, useClass: RolesGuard }, DeclaredRolesService],
  exports: [DeclaredRolesService],
})
export class AccessModule {}
