import { Global, Module } from '@nestjs/common';
import { Settings } from './settings.js';

/** Provides the one Settings to every module. */
@Global()
@Module({
  providers: [{ provide: Settings, useFactory: () => Settings.load() }],
  exports: [Settings],
})
export class ConfigModule {}
