import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import { Settings } from './config/settings.js';
import { addCompression } from './http/compression.js';
import { addCrossOrigin } from './http/cross-origin.js';
import { addConventions } from './resource/conventions.js';
import { DtoPipe } from './resource/dto.pipe.js';
import { addEntityTags } from './resource/entity-tag-hooks.js';
import { FailureFilter } from './http/failure.filter.js';
import { createFastifyAdapter } from './http/fastify-adapter.js';
import { addGracefulClose } from './http/graceful-close.js';
import { serveOpenApi } from './http/openapi.js';
import { addRequestLog, loggerOptions, NestLog } from './observability/logging.js';
import { MetricsService } from './observability/metrics.service.js';
import { MetricsListener } from './observability/metrics.listener.js';
import { addRequestMetrics } from './observability/request-metrics.js';
import { ShutdownService } from './observability/shutdown.service.js';

/**
 * Creates the application, ready to listen: the modules are loaded, the database is migrated, and every path answers 405 to other methods.
 * If METRICS_PORT is set, the metrics are already served.
 * @throws SettingsError, FolderInUseError, or an error of the database when it cannot be opened
 */
export async function createApplication(...extensions: (Type | DynamicModule)[]): Promise<NestFastifyApplication> {
  const settings = Settings.load();
  const adapter = createFastifyAdapter(loggerOptions(settings), settings);
  const fastify = adapter.getInstance<FastifyInstance>();
  addConventions(fastify);
  addRequestLog(fastify);
  await addCompression(fastify);
  addEntityTags(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(...extensions), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLog(fastify.log),
  });
  app.useGlobalFilters(new FailureFilter());
  app.useGlobalPipes(new DtoPipe());
  addGracefulClose(fastify, app.get(ShutdownService));
  if (settings.METRICS_PORT !== undefined) addRequestMetrics(fastify, app.get(MetricsService));
  // CORS answers preflights itself. The hook that measures requests must run first, so that preflights are measured too.
  addCrossOrigin(fastify, settings.ALLOWED_ORIGINS);
  const isHttps = settings.PUBLIC_URL.startsWith('https:');
  app.useSecurityHeaders({
    // Both headers make browsers use https. Over http, browsers could then no longer reach the service.
    strictTransportSecurity: isHttps,
    contentSecurityPolicy: { directives: isHttps ? {} : { 'upgrade-insecure-requests': null } },
  });
  // A process that stops on a signal exits with 0.
  app.enableShutdownHooks([], { useProcessExit: true });
  if (settings.API_DOCS === 'on') serveOpenApi(app, settings.PUBLIC_URL);
  await app.init();
  fastify.methodTable.close();
  await app.get(MetricsListener).open();
  return app;
}
