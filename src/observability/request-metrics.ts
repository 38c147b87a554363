import type { FastifyInstance } from 'fastify';
import type { MetricsService } from './metrics.service.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Durations in seconds, from a read by key to the usual timeout of a client. A login, which is slow on purpose, is in between. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** The client disconnected before the response. Proxies log the same status. */
const GONE = 499;

/**
 * Measures each request by method, route and status. No request can create more labels: the route is its pattern, not its path; all unknown
 * paths share one label, and so do all unusual methods.
 */
export function addRequestMetrics(fastify: FastifyInstance, metrics: MetricsService): void {
  let inProgress = 0;
  metrics.gauge({
    name: 'tessera_http_requests_in_progress',
    help: 'Requests that have arrived and are not yet answered.',
    action: 'If it grows while the rate of requests does not, look for slow statements.',
    collect: () => [{ value: inProgress }],
  });
  const durations = metrics.histogram({
    name: 'tessera_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its response. The status is 499 when the client disconnected before the response.',
    action: 'Alert on status 5.. and on the 99th percentile. Many 499: clients give up, so look for what is slow.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    inProgress++;
    // `onResponse` does not run when the client has disconnected, and those requests are often the slowest.
    reply.raw.once('close', () => {
      inProgress--;
      const labels = {
        method: METHODS.has(request.method) ? request.method : 'other',
        route: request.routeOptions.url ?? 'unknown',
        status: reply.raw.writableFinished ? reply.raw.statusCode : GONE,
      };
      durations.observe(labels, reply.elapsedTime / 1000);
    });
    done();
  });
}
