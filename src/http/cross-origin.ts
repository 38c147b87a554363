import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Two hours: what Chromium caps it at. */
const PREFLIGHT_MAX_AGE_SECONDS = 7_200;

const CORS = {
  credentials: false,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: ['authorization', 'client_id', 'content-type', 'dpop', 'if-match', 'if-none-match', 'x-request-id'],
  exposedHeaders: ['X-Request-Id', 'X-Total-Items', 'Retry-After', 'ETag'],
  maxAge: PREFLIGHT_MAX_AGE_SECONDS,
} satisfies FastifyCorsOptions;

/**
 * Lets scripts of these origins call the service (Fetch standard, CORS protocol), and scripts of every origin read what is published
 * under `/.well-known/` (RFC 8615): metadata and keys. Cookies are never used, so credentials are not allowed. A preflight is answered
 * before authentication and without the database. A preflight of another origin gets 204 too, but without
 * `Access-Control-Allow-Origin`: then the browser's console names the reason.
 */
export function addCrossOrigin(fastify: FastifyInstance, origins: readonly string[]): void {
  const listed: FastifyCorsOptions = { ...CORS, origin: [...origins] };
  const every: FastifyCorsOptions = { ...CORS, origin: '*' };
  const optionsOf = (request: FastifyRequest): FastifyCorsOptions => {
    const { method, headers } = request;
    // Says `Vary: Origin` and nothing else: an answer without an origin must not be cached for a request with one.
    if (headers.origin === undefined) return { origin: false };
    const isPublished = request.routeOptions.url?.startsWith('/.well-known/') ?? false;
    const options = isPublished ? every : listed;
    // OPTIONS by itself is a method like any other: a path that does not offer it answers 405.
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined)
      return { ...options, preflight: false };
    if (!isPublished && !origins.includes(headers.origin)) request.failure = { code: 'origin_not_allowed' };
    return options;
  };
  void fastify.register(cors, {
    delegator: (request, done) => {
      done(null, optionsOf(request));
    },
  });
}
