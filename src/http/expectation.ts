import type { FastifyInstance } from 'fastify';
import { AppError } from '../kernel/app-error.js';

/**
 * Answers 417 to an HTTP/1.1 request with any expectation except `100-continue` (RFC 9110, section 10.1.1). Otherwise Node would answer by
 * itself, without a body, a request id and a log line.
 */
export function addExpectationCheck(fastify: FastifyInstance): void {
  fastify.server.on('checkExpectation', (request, response) => {
    fastify.routing(request, response);
  });
  fastify.addHook('onRequest', ({ raw: { headers, httpVersion } }, _reply, done) => {
    const { expect } = headers;
    if (expect === undefined || httpVersion !== '1.1' || isMet(expect)) done();
    else done(new AppError('expectation_failed', 417, 'The only expectation that is supported is 100-continue.'));
  });
}

function isMet(expectations: string): boolean {
  return expectations.split(',').every((one) => ['', '100-continue'].includes(one.trim().toLowerCase()));
}
