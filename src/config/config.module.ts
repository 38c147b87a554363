import { Module, type DynamicModule } from '@nestjs/common';
import { Settings } from './settings.js';

/** Provides one shared Settings to all modules. */
@Module({})
export class ConfigModule {
  static of(settings: Settings): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: Settings, useValue: settings }],
      exports: [Settings],
    };
  }
}
