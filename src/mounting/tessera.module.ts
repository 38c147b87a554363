import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { MountController } from './mount.controller.js';
import { MountedTessera, type TesseraModuleOptions } from './mounted-tessera.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<TesseraModuleOptions>({
  moduleName: 'Tessera',
})
  .setClassMethodName('forRoot')
  .build();

/**
 * Tessera inside a Nest application of a team, on Fastify: `TesseraModule.forRoot({ settings, modules })`, or `forRootAsync` with a factory.
 * @publicApi
 */
@Module({
  controllers: [MountController],
  providers: [
    {
      provide: MountedTessera,
      inject: [MODULE_OPTIONS_TOKEN, HttpAdapterHost, ModulesContainer],
      useFactory: (options: TesseraModuleOptions, host: HttpAdapterHost, container: ModulesContainer) =>
        MountedTessera.start(options, host, { container, module: TesseraModule }),
    },
  ],
  exports: [MountedTessera],
})
export class TesseraModule extends ConfigurableModuleClass {}
