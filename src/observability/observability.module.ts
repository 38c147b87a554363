import { Global, Module } from '@nestjs/common';
import { DatabaseMetrics } from './database-metrics.service.js';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.service.js';
import { MetricsListener } from './metrics.listener.js';
import { Shutdown } from './shutdown.service.js';

/** What operators look at. Every module may contribute metrics. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [Metrics, MetricsListener, DatabaseMetrics, Shutdown],
  exports: [Metrics],
})
export class ObservabilityModule {}
