import { Module } from '@nestjs/common';
import { providersOf } from '../resource/kit/resource-feature.js';
import { UsersModule } from '../users/users.module.js';
import { KnownRolesService } from './known-roles.service.js';
import { USERS } from './user-record.js';
import { UserRecordsController } from './user-records.controller.js';
import { UserRecordsRepository } from './user-records.repository.js';
import { UserRecordsService } from './user-records.service.js';

/** The User resource: who may sign in, and what they may do. */
@Module({
  imports: [UsersModule],
  controllers: [UserRecordsController],
  providers: [...providersOf(USERS, UserRecordsService), UserRecordsRepository, KnownRolesService],
})
export class UserRecordsModule {}
