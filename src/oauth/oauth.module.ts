import { Module } from '@nestjs/common';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessTokens } from './access-tokens.js';
import { PasswordGrant } from './grants/password.grant.js';
import { TokenController } from './token.controller.js';
import { TokenService } from './token.service.js';

/** The OAuth 2.0 endpoints. */
@Module({
  imports: [UsersModule, SigningKeysModule],
  controllers: [TokenController],
  providers: [TokenService, AccessTokens, PasswordGrant],
})
export class OAuthModule {}
