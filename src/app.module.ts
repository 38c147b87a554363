import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { AuditTrailModule } from './audit-trail/audit-trail.module.js';
import { AuthenticationModule } from './authentication/authentication.module.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { OAuthModule } from './oauth/oauth.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { RefreshTokensModule } from './refresh-tokens/refresh-tokens.module.js';
import { ResourceModule } from './resource/resource.module.js';

/** The modules of the service. Guards run in the order of this list: who asks comes before what they may do. */
@Module({
  imports: [
    ConfigModule,
    DatabaseModule.forRoot(),
    ResourceModule,
    AuditTrailModule,
    RefreshTokensModule,
    AuthenticationModule,
    AccessModule,
    ObservabilityModule,
    OAuthModule,
  ],
})
export class AppModule {
  /** The service with modules of a team's own: guard, validation, failures and documentation cover them too. */
  static with(...extensions: (Type | DynamicModule)[]): DynamicModule {
    return { module: AppModule, imports: extensions };
  }
}
