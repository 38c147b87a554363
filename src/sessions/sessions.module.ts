import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { UsersModule } from '../users/users.module.js';
import { Confirmations } from './confirmations.service.js';
import { Judgements } from './judgements.service.js';
import { LiveSessions } from './live-sessions.service.js';
import { Logins } from './logins.service.js';
import { CreateRefreshTokens1795000002000 } from './migrations/1795000002000-create-refresh-tokens.js';
import { IndexRefreshTokens1795200000000 } from './migrations/1795200000000-index-refresh-tokens.js';
import { RecordRotations1796000001100 } from './migrations/1796000001100-record-rotations.js';
import { Redemption } from './redemption.service.js';
import { RefreshTokenCodec } from './refresh-token.codec.js';
import { RevivedSessions } from './revived-sessions.service.js';
import { Rotations } from './rotations.service.js';
import { SessionEndings } from './session-endings.service.js';
import { SessionPrincipals } from './session-principals.service.js';
import { SessionsService } from './sessions.service.js';
import { Tickets } from './tickets.service.js';

/** The life of a session: logins, redemption, endings. Its tokens are the records that the service issued. */
@Module({
  imports: [
    AuditModule,
    UsersModule,
    DatabaseModule.forFeature({
      entities: [],
      migrations: [CreateRefreshTokens1795000002000, IndexRefreshTokens1795200000000, RecordRotations1796000001100],
    }),
  ],
  providers: [
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
    LiveSessions,
    RevivedSessions,
  ],
  exports: [
    SessionsService,
    SessionPrincipals,
    SessionEndings,
    RevivedSessions,
    Logins,
    Redemption,
    RefreshTokenCodec,
    Tickets,
  ],
})
export class SessionsModule {}
