import { Global, Module } from '@nestjs/common';
import { DatabaseMetricsService } from './database-metrics.service.js';
import { HealthController } from './health.controller.js';
import { MetricsService } from './metrics.service.js';
import { MetricsListener } from './metrics.listener.js';
import { ShutdownService } from './shutdown.service.js';

/** What operators look at. Every module may contribute metrics. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [MetricsService, MetricsListener, DatabaseMetricsService, ShutdownService],
  exports: [MetricsService],
})
export class ObservabilityModule {}
