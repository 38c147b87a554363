import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import { ClientOriginsService } from './clients/client-origins.service.js';
import { readSettings } from './config/given-settings.js';
import type { Settings } from './config/settings.js';
import { AuditKindsService } from './audit/audit-kinds.service.js';
import { describeKinds } from './audit/described-kinds.js';
import { refuseConflicts } from './conflicts.js';
import { modulesOf } from './defined-grants.module.js';
import { demandDefinition, type NestModule, type TesseraDefinition } from './definition.js';
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
import { describeGrants } from './oauth/grants/described-grants.js';
import { GrantsService } from './oauth/grants/grants.service.js';
import { ShutdownService } from './observability/shutdown.service.js';

/**
 * Creates the application, ready to listen: the modules are loaded, the database is migrated, and every path answers 405 to other methods.
 * If METRICS_PORT is set, the metrics are already served. The process exits with 0 when a signal stops it.
 * @throws SettingsError, DefinitionError, FolderInUseError, or an error of the database when it cannot be opened
 * @publicApi
 */
export async function createApplication(definition: TesseraDefinition = {}): Promise<NestFastifyApplication> {
  demandDefinition(definition);
  const app = await assemble(await readSettings(definition.settings), modulesOf(definition), 'its own log');
  app.enableShutdownHooks([], { useProcessExit: true });
  return app;
}

/**
 * Puts server, modules and documentation together. With `its own log`, the messages of Nest's Logger go to the log of the requests, in the
 * whole process; otherwise they stay where the process sends them.
 */
export async function assemble(
  settings: Settings,
  modules: readonly NestModule[],
  messagesTo?: 'its own log',
): Promise<NestFastifyApplication> {
  const adapter = createFastifyAdapter(loggerOptions(settings), settings);
  const fastify = adapter.getInstance<FastifyInstance>();
  addConventions(fastify);
  addRequestLog(fastify);
  await addCompression(fastify);
  addEntityTags(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(settings, modules), adapter, {
    bodyParser: false,
    abortOnError: false,
    ...(messagesTo && { logger: new NestLog(fastify.log) }),
  });
  refuseConflicts(app);
  app.useGlobalFilters(new FailureFilter());
  app.useGlobalPipes(new DtoPipe());
  addGracefulClose(fastify, app.get(ShutdownService));
  if (settings.METRICS_PORT !== undefined) addRequestMetrics(fastify, app.get(MetricsService));
  // CORS answers preflights itself. The hook that measures requests must run first, so that preflights are measured too.
  addCrossOrigin(fastify, settings.ALLOWED_ORIGINS, app.get(ClientOriginsService));
  const isHttps = settings.PUBLIC_URL.startsWith('https:');
  app.useSecurityHeaders({
    // Both headers make browsers use https. Over http, browsers could then no longer reach the service.
    strictTransportSecurity: isHttps,
    contentSecurityPolicy: { directives: isHttps ? {} : { 'upgrade-insecure-requests': null } },
  });
  if (settings.API_DOCS === 'on')
    serveOpenApi(app, settings.PUBLIC_URL, (document) => {
      describeGrants(document, app.get(GrantsService).all());
      describeKinds(document, [...app.get(AuditKindsService).all().keys()]);
    });
  await app.init();
  fastify.methodTable.close();
  await app.get(MetricsListener).open();
  return app;
}
