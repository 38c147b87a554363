import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ClientRegistryModule } from '../clients/client-registry.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { UsersModule } from '../users/users.module.js';
import { ConfirmationsService } from './confirmations.service.js';
import { CutSessionsJob } from './cut-sessions.job.js';
import { CutSessionsService } from './cut-sessions.service.js';
import { CutoffsRepository } from './cutoffs.repository.js';
import { CutoffPersonalData } from './cutoff-personal-data.js';
import { CutoffsService } from './cutoffs.service.js';
import { EndsOfRequestRepository } from './ends-of-request.repository.js';
import { EndsOfRequestService } from './ends-of-request.service.js';
import { JudgementsService } from './judgements.service.js';
import { LimitedRolesService } from './limited-roles.service.js';
import { LiveSessionsService } from './live-sessions.service.js';
import { LoginsRepository } from './logins.repository.js';
import { LoginsService } from './logins.service.js';
import { BindSessions1797000003100 } from './migrations/1797000003100-bind-sessions.js';
import { CreateRefreshTokens1795000002000 } from './migrations/1795000002000-create-refresh-tokens.js';
import { IndexRefreshTokens1795200000000 } from './migrations/1795200000000-index-refresh-tokens.js';
import { RecordRotations1796000001100 } from './migrations/1796000001100-record-rotations.js';
import { CreateSessionCutoffs1797000005100 } from './migrations/1797000005100-create-session-cutoffs.js';
import { CreateShortestLife1797000008100 } from './migrations/1797000008100-create-shortest-life.js';
import { IndexSeveralSessions1797000009000 } from './migrations/1797000009000-index-several-sessions.js';
import { NumberSessions1797000001001 } from './migrations/1797000001001-number-sessions.js';
import { AddDevice1797000004000 } from './migrations/1797000004000-add-device.js';
import { OwnSessionsRepository } from './own-sessions.repository.js';
import { OwnSessionsService } from './own-sessions.service.js';
import { ReadAheadsService } from './read-aheads.service.js';
import { RedemptionService } from './redemption.service.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import { RefreshTokenCodec } from './refresh-token.codec.js';
import { RotationsService } from './rotations.service.js';
import { SessionEndingsRepository } from './session-endings.repository.js';
import { SessionEndingsService } from './session-endings.service.js';
import { SessionAuditKinds } from './session-audit-kinds.js';
import { SessionNoticesService } from './session-notices.service.js';
import { SessionPersonalData } from './session-personal-data.js';
import { SessionPrincipalsService } from './session-principals.service.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';
import { StaleTokensService } from './stale-tokens.service.js';
import { SurplusSessionsJob } from './surplus-sessions.job.js';
import { SurplusSessionsRepository } from './surplus-sessions.repository.js';
import { TicketsService } from './tickets.service.js';

/** The life of a session: logins, redemption, endings. Its tokens are the records that the service issued. */
@Module({
  imports: [
    AuditModule,
    JobsModule,
    UsersModule,
    ClientRegistryModule,
    DatabaseModule.forFeature({
      entities: [],
      migrations: [
        CreateRefreshTokens1795000002000,
        IndexRefreshTokens1795200000000,
        RecordRotations1796000001100,
        CreateSessionCutoffs1797000005100,
        NumberSessions1797000001001,
        AddDevice1797000004000,
        BindSessions1797000003100,
        CreateShortestLife1797000008100,
        IndexSeveralSessions1797000009000,
      ],
    }),
  ],
  providers: [
    SessionAuditKinds,
    SessionsService,
    SessionPrincipalsService,
    ReadAheadsService,
    SessionEndingsService,
    CutoffsService,
    CutSessionsService,
    CutSessionsJob,
    SurplusSessionsJob,
    SurplusSessionsRepository,
    CutoffsRepository,
    EndsOfRequestService,
    EndsOfRequestRepository,
    LoginsService,
    RedemptionService,
    RotationsService,
    JudgementsService,
    StaleTokensService,
    SessionNoticesService,
    ConfirmationsService,
    RefreshTokenCodec,
    TicketsService,
    LimitedRolesService,
    LiveSessionsService,
    SessionsRepository,
    LoginsRepository,
    RedemptionsRepository,
    SessionEndingsRepository,
    OwnSessionsService,
    OwnSessionsRepository,
    SessionPersonalData,
    CutoffPersonalData,
  ],
  exports: [
    SessionsService,
    SessionPrincipalsService,
    ReadAheadsService,
    SessionEndingsService,
    CutoffsService,
    EndsOfRequestService,
    LoginsService,
    RedemptionService,
    RefreshTokenCodec,
    TicketsService,
    SessionNoticesService,
    OwnSessionsService,
  ],
})
export class SessionsModule {}
