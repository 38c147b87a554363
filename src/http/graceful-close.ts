import type { FastifyInstance } from 'fastify';

const GRACE_MS = 5_000;

/**
 * Lets a closing server finish the requests in progress. As soon as the shutdown begins, each connection closes after its current response
 * and does not wait for the next request. Five seconds after the listener has closed, all remaining connections are closed.
 */
export function addGracefulClose(fastify: FastifyInstance, shutdown: { readonly hasBegun: boolean }): void {
  fastify.addHook('preClose', (done) => {
    setTimeout(() => {
      fastify.server.closeAllConnections();
    }, GRACE_MS).unref();
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (shutdown.hasBegun) reply.header('connection', 'close');
    done(null, payload);
  });
}
