import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../kernel/app-error.js';

/** Names the accepted codings (RFC 9110, section 15.5.16). */
const HEADERS = { 'accept-encoding': 'identity' };

/**
 * Answers 415 to bodies with a content coding, such as gzip. A small compressed body may become a very large body, so the service decodes
 * none. If the path does not offer the method, the 405 comes first.
 */
export function addEncodedBodyCheck(fastify: FastifyInstance): void {
  fastify.addHook('preParsing', ({ headers }, _reply, payload, done) => {
    if (isEncoded(headers['content-encoding']) && hasBody(headers)) {
      const message = 'The body must be sent without Content-Encoding: no encoding is supported.';
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
