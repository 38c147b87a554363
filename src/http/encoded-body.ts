import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../kernel/app-error.js';

/** RFC 9110, section 15.5.16: names what is accepted instead. */
const HEADERS = { 'accept-encoding': 'identity' };

/**
 * Refuses bodies with a content coding, such as gzip: 415. A small body may become a very large one, so none is decoded. A path that
 * does not offer the method has answered before.
 */
export function addEncodedBodyCheck(fastify: FastifyInstance): void {
  fastify.addHook('preParsing', ({ headers }, _reply, payload, done) => {
    if (isEncoded(headers['content-encoding']) && hasBody(headers)) {
      const message = 'The body must be sent as it is: no Content-Encoding is supported.';
      done(new AppError('unsupported_encoding', 415, message, { headers: HEADERS }));
    } else {
      done(null, payload);
    }
  });
}

function isEncoded(codings = ''): boolean {
  return codings.split(',').some((coding) => !['', 'identity'].includes(coding.trim().toLowerCase()));
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
