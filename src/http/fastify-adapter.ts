import { FastifyAdapter } from '@nestjs/platform-fastify';
import { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { METHODS, type IncomingMessage } from 'node:http';
import { v4 as uuid } from 'uuid';
import type { Settings } from '../config/settings.js';
import { addArrival } from './arrival.js';
import { addBodyParsers } from './body-parsers.js';
import { addConnectRefusal, answerBrokenRequest } from './broken-requests.js';
import { addEncodedBodyCheck } from './encoded-body.js';
import { addExpectationCheck } from './expectation.js';
import { addAssumedForms } from './form.js';
import { addHostCheck } from './host-header.js';
import { MethodTable } from './method-table.js';
import { RequestTargets } from './request-target.js';
import { trustIn } from './trusted-proxies.js';
import { addUnreadBody } from './unread-body.js';

const BODY_LIMIT_BYTES = 256 * 1024;
/** From the first byte to the last: a client that sends slower than this holds a connection for nothing. */
const REQUEST_TIMEOUT_MS = 60_000;
const REQUEST_ID = /^[\w.-]{1,64}$/;
/** None: an over-long id is a bad id, not a bad path. What bounds a path is Node's limit on headers. */
const MAX_PARAM_LENGTH = Number.MAX_SAFE_INTEGER;

/** The HTTP server as the contract wants it: paths without regard to case and to duplicate slashes, limits, request ids, failures of its own form. */
export function createFastifyAdapter(
  logger: NonNullable<FastifyServerOptions['logger']>,
  { TRUSTED_PROXIES: proxies, PUBLIC_URL: publicUrl }: Pick<Settings, 'TRUSTED_PROXIES' | 'PUBLIC_URL'>,
): FastifyAdapter {
  const targets = new RequestTargets(publicUrl);
  const adapter = new FastifyAdapter({
    logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    ...(proxies.length > 0 && { trustProxy: trustIn(proxies) }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // `addHostCheck` refuses a request without one in the contract's form; Node would answer without body, request id and log line.
    http: { requireHostHeader: false },
    // What still comes on a connection that was taken before the end is answered like any other.
    return503OnClosing: false,
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : uuid();
    },
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: MAX_PARAM_LENGTH,
    },
    rewriteUrl(this: FastifyInstance, request: IncomingMessage) {
      return targets.lookedUp(request, this.methodTable);
    },
    clientErrorHandler: answerBrokenRequest,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  for (const method of METHODS) {
    if (!fastify.supportedMethods.includes(method) && method !== 'CONNECT')
      fastify.addHttpMethod(method, { hasBody: true });
  }
  addArrival(fastify);
  addBodyParsers(fastify);
  addAssumedForms(fastify);
  addUnreadBody(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    // What this service answers is never for a cache: records, tokens, and who may see them.
    reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store', pragma: 'no-cache' });
    done();
  });
  addHostCheck(fastify);
  addExpectationCheck(fastify);
  addConnectRefusal(fastify);
  addEncodedBodyCheck(fastify);
  fastify.decorate('methodTable', new MethodTable(fastify));
  return adapter;
}

declare module 'fastify' {
  interface FastifyInstance {
    methodTable: MethodTable;
  }
}
