import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { UsersModule } from '../users/users.module.js';
import { Confirmations } from './confirmations.js';
import { ExpiredRecords } from './expired-records.js';
import { Judgements } from './judgements.js';
import { LiveSessions } from './live-sessions.js';
import { Logins } from './logins.js';
import { CreateRefreshTokens1795000002000 } from './migrations/1795000002000-create-refresh-tokens.js';
import { IndexRefreshTokens1795200000000 } from './migrations/1795200000000-index-refresh-tokens.js';
import { RecordRotations1796000001100 } from './migrations/1796000001100-record-rotations.js';
import { RefreshToken } from './refresh-token.entity.js';
import { Redemption } from './redemption.js';
import { RefreshTokenCodec } from './refresh-token-codec.js';
import { RefreshTokensController } from './refresh-tokens.controller.js';
import { RefreshTokensService } from './refresh-tokens.service.js';
import { RevivedSessions } from './revived-sessions.js';
import { Rotations } from './rotations.js';
import { SessionPrincipals } from './session-principals.js';
import { SessionEndings } from './session-endings.js';
import { SessionsService } from './sessions.service.js';
import { Tickets } from './tickets.js';

/** The RefreshToken resource, and the sessions behind the records that the service issued. */
@Module({
  imports: [
    AuditModule,
    JobsModule,
    UsersModule,
    DatabaseModule.forFeature({
      entities: [RefreshToken],
      migrations: [CreateRefreshTokens1795000002000, IndexRefreshTokens1795200000000, RecordRotations1796000001100],
    }),
  ],
  controllers: [RefreshTokensController],
  providers: [
    RefreshTokensService,
    SessionsService,
    SessionPrincipals,
    SessionEndings,
    Logins,
    Redemption,
    Rotations,
    Judgements,
    Confirmations,
    RefreshTokenCodec,
    Tickets,
    ExpiredRecords,
    LiveSessions,
    RevivedSessions,
  ],
  exports: [SessionsService, SessionPrincipals, SessionEndings, RevivedSessions, Logins, Redemption, RefreshTokenCodec],
})
export class RefreshTokensModule {}
