import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { DirectoryService } from './directory.service.js';
import { FirstAdministratorService } from './first-administrator.service.js';
import { ClientGuessesService } from './client-guesses.service.js';
import { ClientThrottleService } from './client-throttle.service.js';
import { GuessLimitsRepository } from './guess-limits.repository.js';
import { GuessLimitsService } from './guess-limits.service.js';
import { GuessPersonalData } from './guess-personal-data.js';
import { HashingQueueService } from './hashing-queue.service.js';
import { LoginThrottleService } from './login-throttle.service.js';
import { CreateUsers1795000000000 } from './migrations/1795000000000-create-users.js';
import { PasswordChecksService } from './password-checks.service.js';
import { GenuineUsersService } from './genuine-users.service.js';
import { AddUserMac1796000004000 } from './migrations/1796000004000-add-user-mac.js';
import { DescribeUsers1797000005000 } from './migrations/1797000005000-describe-users.js';
import { IndexUsers1797000005001 } from './migrations/1797000005001-index-users.js';
import { AdoptUsers1796000004001 } from './migrations/1796000004001-adopt-users.js';
import { AddRecoveryCodes1797000004100 } from './migrations/1797000004100-add-recovery-codes.js';
import { EnrolmentTicketsService } from './enrolment-tickets.service.js';
import { ExpiredPasswordsService } from './expired-passwords.service.js';
import { OwnPasswordsService } from './own-passwords.service.js';
import { OwnRowService } from './own-row.service.js';
import { PasswordTicketsService } from './password-tickets.service.js';
import { RecoveryCodesRepository } from './recovery-codes.repository.js';
import { RecoveryCodesService } from './recovery-codes.service.js';
import { TotpEnrolmentService } from './totp-enrolment.service.js';
import { PasswordSealsService } from './password-seals.service.js';
import { SignInService } from './sign-in.service.js';
import { TamperedUsersService } from './tampered-users.service.js';
import { TotpService } from './totp.service.js';
import { UserPasswordsService } from './user-passwords.service.js';
import { UserPersonalData } from './user-personal-data.js';
import { UserRenewalService } from './user-renewal.service.js';
import { UserWritesService } from './user-writes.service.js';
import { UserAuditKinds } from './user-audit-kinds.js';
import { UsersRepository } from './users.repository.js';
import { UserSealsService } from './user-seals.service.js';
import { User } from './user.entity.js';
import { UsersService } from './users.service.js';

/** Users, their passwords and their roles. */
@Module({
  imports: [
    AuditModule,
    JobsModule,
    DatabaseModule.forFeature({
      entities: [User],
      migrations: [
        CreateUsers1795000000000,
        AddUserMac1796000004000,
        AdoptUsers1796000004001,
        DescribeUsers1797000005000,
        IndexUsers1797000005001,
        AddRecoveryCodes1797000004100,
      ],
    }),
  ],
  providers: [
    UserAuditKinds,
    UsersService,
    GenuineUsersService,
    UserPasswordsService,
    UserWritesService,
    UsersRepository,
    UserSealsService,
    PasswordSealsService,
    TamperedUsersService,
    UserRenewalService,
    SignInService,
    PasswordChecksService,
    HashingQueueService,
    DirectoryService,
    TotpService,
    LoginThrottleService,
    GuessLimitsService,
    GuessLimitsRepository,
    ClientGuessesService,
    ClientThrottleService,
    FirstAdministratorService,
    OwnRowService,
    OwnPasswordsService,
    ExpiredPasswordsService,
    PasswordTicketsService,
    RecoveryCodesService,
    RecoveryCodesRepository,
    EnrolmentTicketsService,
    TotpEnrolmentService,
    UserPersonalData,
    GuessPersonalData,
  ],
  exports: [
    ...[UsersService, UserWritesService],
    ...[GenuineUsersService, SignInService, TotpService, ClientGuessesService, ClientThrottleService],
    ...[OwnPasswordsService, ExpiredPasswordsService, PasswordTicketsService],
    ...[RecoveryCodesService, TotpEnrolmentService],
  ],
})
export class UsersModule {}
