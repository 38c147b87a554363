import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';

type OnRequest = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void;

/** Two hours, the maximum that Chromium accepts. */
const PREFLIGHT_MAX_AGE_SECONDS = 7_200;

const CORS = {
  credentials: false,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: ['authorization', 'client_id', 'content-type', 'dpop', 'if-match', 'if-none-match', 'x-request-id'],
  exposedHeaders: ['X-Request-Id', 'X-Total-Items', 'Retry-After', 'ETag', 'DPoP-Nonce', 'WWW-Authenticate'],
  maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  // The plugin's own refusal has not the form of the contract.
  strictPreflight: false,
} satisfies FastifyCorsOptions;

/** Origins that are allowed beside those of the settings, and that may change while the service runs. */
export interface AddedOrigins {
  /** Whether there is none, as far as this process knows. */
  readonly areNone: boolean;
  allow(origin: string): Promise<boolean>;
}

/**
 * Allows scripts of these origins to call the service (Fetch standard, CORS protocol). Scripts of every origin may read the metadata and
 * keys under `/.well-known/` (RFC 8615). The service uses no cookies, so credentials are not allowed. A preflight is answered before
 * authentication. A preflight of another origin also gets 204, but without `Access-Control-Allow-Origin`, so the console of the browser
 * names the reason.
 */
export function addCrossOrigin(fastify: FastifyInstance, origins: readonly string[], added: AddedOrigins): void {
  const every: FastifyCorsOptions = { ...CORS, origin: '*' };
  const allowed: FastifyCorsOptions = { ...CORS, origin: true };
  const refused: FastifyCorsOptions = { ...CORS, origin: [] };
  const optionsOf = async (request: FastifyRequest): Promise<FastifyCorsOptions> => {
    const { method, headers, routeOptions } = request;
    const { origin = '' } = headers;
    const isPublished = routeOptions.url?.startsWith('/.well-known/') ?? false;
    const isAllowed = isPublished || origins.includes(origin) || (await added.allow(origin));
    const options = isPublished ? every : isAllowed ? allowed : refused;
    // Without the preflight headers, OPTIONS is an ordinary method: a path that does not offer OPTIONS answers 405.
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined)
      return { ...options, preflight: false };
    if (!isAllowed) request.failure = { code: 'origin_not_allowed' };
    return options;
  };
  const onRequest =
    (hook: OnRequest): OnRequest =>
    (request, reply, done) => {
      if (request.headers.origin !== undefined) {
        hook(request, reply, done);
        return;
      }
      // A cache must not send a response that was stored without an origin to a request with an origin.
      if (origins.length > 0 || !added.areNone) void reply.header('vary', 'Origin');
      done();
    };
  // The plugin's hook costs each request some 10 µs. Only browsers send an origin, so other requests skip the hook. The plugin's route for
  // OPTIONS is not needed: the hook answers preflights of every path, unknown paths included.
  const instance = Object.create(fastify, {
    addHook: { value: (_name: string, hook: OnRequest) => fastify.addHook('onRequest', onRequest(hook)) },
    options: { value: () => fastify },
  }) as FastifyInstance;
  const delegator = (
    request: FastifyRequest,
    done: (error: Error | null, options: FastifyCorsOptions) => void,
  ): void => {
    optionsOf(request).then(
      (options) => {
        done(null, options);
      },
      done as (error: Error) => void,
    );
  };
  cors(instance, { delegator }, (error) => {
    if (error) throw error;
  });
}
