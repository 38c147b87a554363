import { Global, Module } from '@nestjs/common';
import { Settings } from './settings.js';

/** Provides one shared Settings to all modules. */
@Global()
@Module({
  providers: [{ provide: Settings, useFactory: () => Settings.load() }],
  exports: [Settings],
})
export class ConfigModule {}
