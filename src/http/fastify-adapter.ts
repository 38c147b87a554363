import { FastifyAdapter } from '@nestjs/platform-fastify';
import { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { METHODS, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { v4 as uuid } from 'uuid';
import { canonicalAddress } from '../kernel/address.js';
import { AppError } from '../kernel/app-error.js';
import { addArrival } from './arrival.js';
import { addBatchConstraint } from './batch-query.js';
import { addBodyParsers } from './body-parsers.js';
import { FailureBody } from './failure-body.js';
import { addAssumedForms } from './form.js';
import { addHostCheck } from './host-header.js';
import { addTotalItemsHeader } from './list-envelope.js';
import { MethodTable } from './method-table.js';
import { addRecordStreams } from './record-stream.js';
import { trustIn } from './trusted-proxies.js';
import { addUnreadBody } from './unread-body.js';

const BODY_LIMIT_BYTES = 256 * 1024;
/** From the first byte to the last: a client that sends slower than this holds a connection for nothing. */
const REQUEST_TIMEOUT_MS = 60_000;
const REQUEST_ID = /^[\w.-]{1,64}$/;
/** An over-long id is a bad id, not a bad path: what bounds a path is the limit on headers. */
const MAX_PARAM_LENGTH = 16 * 1024;

/** The HTTP server as the contract wants it: paths without regard to case, limits, request ids, failures of its own form. */
export function createFastifyAdapter(
  logger: NonNullable<FastifyServerOptions['logger']>,
  trustedProxies: readonly string[],
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    ...(trustedProxies.length > 0 && { trustProxy: trustIn(trustedProxies) }),
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
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    rewriteUrl: ({ url }: IncomingMessage) => decodableUrl(url ?? '/'),
    clientErrorHandler: answerBrokenRequest,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  for (const method of METHODS) {
    if (!fastify.supportedMethods.includes(method) && method !== 'CONNECT')
      fastify.addHttpMethod(method, { hasBody: true });
  }
  addArrival(fastify);
  addBatchConstraint(fastify);
  addBodyParsers(fastify);
  addAssumedForms(fastify);
  addUnreadBody(fastify);
  addTotalItemsHeader(fastify);
  addRecordStreams(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    // What this service answers is never for a cache: records, tokens, and who may see them.
    reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store', pragma: 'no-cache' });
    done();
  });
  addHostCheck(fastify);
  fastify.decorate('methodTable', new MethodTable(fastify));
  return adapter;
}

/**
 * A path whose percent-encoding is broken is taken as it is written. The router would answer it on its own, past hooks, headers and
 * log; so it is a path, or an id, like any other that does not exist.
 */
function decodableUrl(url: string): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  if (!path.includes('%')) return url;
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return path.replaceAll('%', '%25') + url.slice(path.length);
  }
}

/** What Node refuses before it is a request (broken syntax, headers over 16 KiB, too slow) gets the contract's form too. */
function answerBrokenRequest(this: FastifyInstance, error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, text, message } = brokenRequest(error.code);
  const body = JSON.stringify(FailureBody.of(new AppError('request_refused', status, message)));
  const requestId = uuid();
  const address = canonicalAddress(socket.remoteAddress ?? '');
  this.log.info({ requestId, status, address, failure: { code: error.code } }, 'broken request');
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\ncontent-type: application/json; charset=utf-8\r\nx-request-id: ${requestId}\r\n` +
      `cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function brokenRequest(code: string | undefined): { status: number; text: string; message: string } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        text: 'Request Header Fields Too Large',
        message: 'The request headers are larger than 16 KiB.',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, text: 'Request Timeout', message: 'The request took too long to arrive.' };
    default:
      return { status: 400, text: 'Bad Request', message: 'The request is malformed.' };
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    methodTable: MethodTable;
  }
}
