import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { CreateRefreshTokens1795000002000 } from './migrations/1795000002000-create-refresh-tokens.js';
import { RefreshToken } from './refresh-token.entity.js';
import { RefreshTokensController } from './refresh-tokens.controller.js';
import { RefreshTokensService } from './refresh-tokens.service.js';

/** The RefreshToken resource. */
@Module({
  imports: [DatabaseModule.forFeature({ entities: [RefreshToken], migrations: [CreateRefreshTokens1795000002000] })],
  controllers: [RefreshTokensController],
  providers: [RefreshTokensService],
})
export class RefreshTokensModule {}
