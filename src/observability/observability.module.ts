import { Global, Module } from '@nestjs/common';
import { DatabaseMetricsService } from './database-metrics.service.js';
import { HealthController } from './health.controller.js';
import { HealthChecksService } from './health-checks.service.js';
import { MetricsService } from './metrics.service.js';
import { MetricsListener } from './metrics.listener.js';
import { ShutdownService } from './shutdown.service.js';

/** Health, metrics and logs for operators. Every module may contribute metrics. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [HealthChecksService, MetricsService, MetricsListener, DatabaseMetricsService, ShutdownService],
  exports: [MetricsService],
})
export class ObservabilityModule {}
