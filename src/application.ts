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
import { Metrics } from './observability/metrics.service.js';
import { MetricsListener } from './observability/metrics.listener.js';
import { addRequestMetrics } from './observability/request-metrics.js';
import { Shutdown } from './observability/shutdown.service.js';

/**
 * The application, ready to listen: modules loaded, database migrated, routes closed to every method they do not offer. Its metrics,
 * if there are to be any, are served already.
 * @throws SettingsError, FolderInUseError, or what the database says when it cannot be opened
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
  addGracefulClose(fastify, app.get(Shutdown));
  if (settings.METRICS_PORT !== undefined) addRequestMetrics(fastify, app.get(Metrics));
  // It answers preflights by itself, so what measures requests comes before.
  addCrossOrigin(fastify, settings.ALLOWED_ORIGINS);
  const isHttps = settings.PUBLIC_URL.startsWith('https:');
  app.useSecurityHeaders({
    // Both tell browsers to use https, which would lock them out of a service that is reached by http.
    strictTransportSecurity: isHttps,
    contentSecurityPolicy: { directives: isHttps ? {} : { 'upgrade-insecure-requests': null } },
  });
  // A process that was told to stop, and did, ended well.
  app.enableShutdownHooks([], { useProcessExit: true });
  if (settings.API_DOCS === 'on') serveOpenApi(app, settings.PUBLIC_URL);
  await app.init();
  fastify.methodTable.close();
  await app.get(MetricsListener).open();
  return app;
}
