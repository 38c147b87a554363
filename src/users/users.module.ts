import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { FirstAdministrator } from './first-administrator.service.js';
import { ClientGuesses } from './client-guesses.service.js';
import { GuessLimits } from './guess-limits.service.js';
import { HashingQueue } from './hashing-queue.service.js';
import { LoginThrottle } from './login-throttle.service.js';
import { CreateUsers1795000000000 } from './migrations/1795000000000-create-users.js';
import { PasswordChecks } from './password-checks.service.js';
import { GenuineUsers } from './genuine-users.service.js';
import { AddUserMac1796000004000 } from './migrations/1796000004000-add-user-mac.js';
import { AdoptUsers1796000004001 } from './migrations/1796000004001-adopt-users.js';
import { PasswordSeals } from './password-seals.service.js';
import { SignIn } from './sign-in.service.js';
import { TamperedUsers } from './tampered-users.service.js';
import { Totp } from './totp.service.js';
import { UserPasswords } from './user-passwords.service.js';
import { UserRenewal } from './user-renewal.service.js';
import { UserRows } from './users.repository.js';
import { UserSeals } from './user-seals.service.js';
import { User } from './user.entity.js';
import { UsersService } from './users.service.js';

/** Users, their passwords and their roles. */
@Module({
  imports: [
    AuditModule,
    JobsModule,
    DatabaseModule.forFeature({
      entities: [User],
      migrations: [CreateUsers1795000000000, AddUserMac1796000004000, AdoptUsers1796000004001],
    }),
  ],
  providers: [
    UsersService,
    GenuineUsers,
    UserPasswords,
    UserRows,
    UserSeals,
    PasswordSeals,
    TamperedUsers,
    UserRenewal,
    SignIn,
    PasswordChecks,
    HashingQueue,
    Totp,
    LoginThrottle,
    GuessLimits,
    ClientGuesses,
    FirstAdministrator,
  ],
  exports: [UsersService, GenuineUsers, SignIn, Totp, ClientGuesses],
})
export class UsersModule {}
