import { Global, Module } from '@nestjs/common';
import { DatabaseMetrics } from './database-metrics.js';
import { HealthController } from './health.controller.js';
import { Metrics } from './metrics.js';
import { MetricsListener } from './metrics-listener.js';

/** What operators look at. Every module may contribute metrics. */
@Global()
@Module({
  controllers: [HealthController],
  providers: [Metrics, MetricsListener, DatabaseMetrics],
  exports: [Metrics],
})
export class ObservabilityModule {}
