import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountController } from './account.controller.js';
import { AccountService } from './account.service.js';
import { OwnPasswordController } from './own-password.controller.js';
import { OwnSessionsController } from './own-sessions.controller.js';
import { SecondFactorController } from './second-factor.controller.js';
import { SignInsRepository } from './sign-ins.repository.js';
import { StepUpService } from './step-up.service.js';
import { WhoAmIController } from './who-am-i.controller.js';

/** What signed-in users see and change of their own account: sessions, password, second factor. */
@Module({
  imports: [UsersModule, SessionsModule],
  controllers: [
    ...[AccountController, WhoAmIController, OwnSessionsController],
    ...[OwnPasswordController, SecondFactorController],
  ],
  providers: [AccountService, StepUpService, SignInsRepository],
})
export class AccountModule {}
