import type { FastifyInstance } from 'fastify';

const GRACE_MS = 5_000;

/**
 * Lets a closing server finish what it has begun, and no more: connections end with the answer under way instead of waiting for
 * their client's next request, and what has not ended after five seconds is cut off.
 */
export function addGracefulClose(fastify: FastifyInstance): void {
  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    setTimeout(() => {
      fastify.server.closeAllConnections();
    }, GRACE_MS).unref();
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done(null, payload);
  });
}
