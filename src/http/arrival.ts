import type { FastifyInstance } from 'fastify';

const BEAT_MS = 100;
/** A loop that did not turn for so long stood still, or its process did; what came meanwhile is read only then. */
const STALL_MS = 400;

/**
 * Tells of each request when it came, at the earliest: one that is read right after the process stood still (frozen, or starved of
 * its processor) may have waited for as long as that.
 */
export function addArrival(fastify: FastifyInstance): void {
  let turned = performance.now();
  let stall = { from: turned, until: -Infinity };
  const beat = (): void => {
    const now = performance.now();
    if (now - turned > STALL_MS) stall = { from: turned, until: now };
    turned = now;
  };
  const timer = setInterval(beat, BEAT_MS).unref();
  fastify.addHook('onClose', () => {
    clearInterval(timer);
  });
  fastify.decorateRequest('receivedAt', 0);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const now = performance.now();
    // The sockets may be read before the timer runs, or after.
    if (now - turned > STALL_MS) request.receivedAt = turned;
    else request.receivedAt = now - stall.until < STALL_MS ? stall.from : now;
    done();
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** When it came, at the earliest, in milliseconds by `performance.now()`. */
    receivedAt: number;
  }
}
