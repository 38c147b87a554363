import type { FastifyInstance } from 'fastify';
import { badRequest } from '../kernel/app-error.js';

/**
 * Answers 400 to an HTTP/1.1 request without exactly one Host header (RFC 9112, section 3.2: MUST). Of two Host headers Node keeps the
 * first, but a proxy in front may have used the second.
 */
export function addHostCheck(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw: { rawHeaders, httpVersion } }, _reply, done) => {
    let hosts = 0;
    for (let n = 0; n < rawHeaders.length; n += 2) {
      const name = rawHeaders[n];
      if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
    }
    if (hosts > 1) done(badRequest('The request has more than one Host header.'));
    else if (hosts === 0 && httpVersion === '1.1') done(badRequest('The request has no Host header.'));
    else done();
  });
}
