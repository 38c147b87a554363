import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { CreateSigningKeys1795000001000 } from './migrations/1795000001000-create-signing-keys.js';
import { SigningKey } from './signing-key.entity.js';
import { SigningKeys } from './signing-keys.service.js';

/** The keys that sign access tokens. */
@Module({
  imports: [DatabaseModule.forFeature({ entities: [SigningKey], migrations: [CreateSigningKeys1795000001000] })],
  providers: [SigningKeys],
  exports: [SigningKeys],
})
export class SigningKeysModule {}
