import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';

type OnRequest = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void;

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
    const { method, headers, routeOptions } = request;
    const isPublished = routeOptions.url?.startsWith('/.well-known/') ?? false;
    const options = isPublished ? every : listed;
    // OPTIONS by itself is a method like any other: a path that does not offer it answers 405.
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined)
      return { ...options, preflight: false };
    if (!isPublished && !origins.includes(headers.origin ?? '')) request.failure = { code: 'origin_not_allowed' };
    return options;
  };
  const varies = origins.length > 0;
  const onRequest =
    (hook: OnRequest): OnRequest =>
    (request, reply, done) => {
      if (request.headers.origin !== undefined) {
        hook(request, reply, done);
        return;
      }
      // What is cached without an origin must not be sent to a request with one.
      if (varies) void reply.header('vary', 'Origin');
      done();
    };
  // The plugin's hook costs each request some 10 µs. Only browsers send an origin, so other requests are spared the hook. The plugin's
  // route for OPTIONS is left out: its hook answers preflights of every path, unknown ones too.
  const instance = Object.create(fastify, {
    addHook: { value: (_name: string, hook: OnRequest) => fastify.addHook('onRequest', onRequest(hook)) },
    options: { value: () => fastify },
  }) as FastifyInstance;
  const delegator = (
    request: FastifyRequest,
    done: (error: Error | null, options: FastifyCorsOptions) => void,
  ): void => {
    done(null, optionsOf(request));
  };
  cors(instance, { delegator }, (error) => {
    if (error) throw error;
  });
}
