import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { FirstAdministrator } from './first-administrator.js';
import { ClientGuesses } from './client-guesses.js';
import { GuessLimits } from './guess-limits.js';
import { HashingQueue } from './hashing-queue.js';
import { LoginThrottle } from './login-throttle.js';
import { CreateUsers1795000000000 } from './migrations/1795000000000-create-users.js';
import { PasswordChecks } from './password-checks.js';
import { SignIn } from './sign-in.js';
import { Totp } from './totp.js';
import { User } from './user.entity.js';
import { UsersService } from './users.service.js';

/** Users, their passwords and their roles. */
@Module({
  imports: [
    AuditModule,
    JobsModule,
    DatabaseModule.forFeature({ entities: [User], migrations: [CreateUsers1795000000000] }),
  ],
  providers: [
    UsersService,
    SignIn,
    PasswordChecks,
    HashingQueue,
    Totp,
    LoginThrottle,
    GuessLimits,
    ClientGuesses,
    FirstAdministrator,
  ],
  exports: [UsersService, SignIn, Totp, ClientGuesses],
})
export class UsersModule {}
