import type { FastifyInstance } from 'fastify';
import { finished } from 'node:stream';

const LINGER_MS = 5_000;
const EXPECTATION_FAILED = 417;

/**
 * Lets an answer wait until its request was read to the end, unheard, for five seconds at most. A connection that is closed on bytes
 * which nobody read is reset, and the answer on its way is lost with it: a client whose body is too large would not be told so.
 */
export function addUnreadBody(fastify: FastifyInstance): void {
  fastify.addHook('onSend', ({ raw }, { statusCode }, payload, done) => {
    // A client whose expectation failed may wait for this answer before it sends the body.
    if (raw.complete || raw.destroyed || statusCode === EXPECTATION_FAILED) {
      done(null, payload);
      return;
    }
    const answer = (): void => {
      clearTimeout(timer);
      stopWaiting();
      done(null, payload);
    };
    const stopWaiting = finished(raw, answer);
    const timer = setTimeout(answer, LINGER_MS);
    raw.resume();
  });
}
