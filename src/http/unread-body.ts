import type { FastifyInstance } from 'fastify';
import { finished } from 'node:stream';

const LINGER_MS = 5_000;
const EXPECTATION_FAILED = 417;

/**
 * Delays an answer until the rest of the request was read and discarded, for five seconds at most. If a server closes a connection with
 * unread bytes, TCP resets the connection and the answer is lost: a client would not learn that its body is too large.
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
