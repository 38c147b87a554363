import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { AccountModule } from './account/account.module.js';
import { AuditTrailModule } from './audit-trail/audit-trail.module.js';
import { AuthenticationModule } from './authentication/authentication.module.js';
import { ClientsModule } from './clients/clients.module.js';
import { ConfigModule } from './config/config.module.js';
import { servesConsole } from './config/serves-console.js';
import type { Settings } from './config/settings.js';
import { ConsoleModule } from './console/console.module.js';
import { DatabaseModule } from './database/database.module.js';
import type { NestModule } from './definition.js';
import { OAuthModule } from './oauth/oauth.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { PlugInsModule } from './plug-ins/plug-ins.module.js';
import { RefreshTokensModule } from './refresh-tokens/refresh-tokens.module.js';
import { ResourceModule } from './resource/resource.module.js';
import { StatisticsModule } from './statistics/statistics.module.js';
import { UserRecordsModule } from './user-records/user-records.module.js';

/** The modules of the service. Guards run in the order of this list, so authentication comes before access control. */
@Module({
  imports: [
    DatabaseModule.forRoot(),
    PlugInsModule,
    ResourceModule,
    AuditTrailModule,
    ClientsModule,
    RefreshTokensModule,
    UserRecordsModule,
    AuthenticationModule,
    AccessModule,
    ObservabilityModule,
    OAuthModule,
    AccountModule,
    StatisticsModule,
    OperationsModule,
  ],
})
export class AppModule {
  /** The service with additional modules. The same guards, validation, failures and documentation apply to them. */
  static with(settings: Settings, modules: readonly NestModule[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [ConfigModule.of(settings), ...(servesConsole(settings) ? [ConsoleModule] : []), ...modules],
    };
  }
}
