import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { FirstAdministrator } from './first-administrator.js';
import { CreateUsers1795000000000 } from './migrations/1795000000000-create-users.js';
import { User } from './user.entity.js';
import { UsersService } from './users.service.js';

/** Users, their passwords and their roles. */
@Module({
  imports: [DatabaseModule.forFeature({ entities: [User], migrations: [CreateUsers1795000000000] })],
  providers: [UsersService, FirstAdministrator],
  exports: [UsersService],
})
export class UsersModule {}
