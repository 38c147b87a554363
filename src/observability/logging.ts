import type { LoggerService } from '@nestjs/common';
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from 'fastify';
import { addressOf } from '../access/request-origin.js';
import type { Settings } from '../config/settings.js';
import { humanLog } from './human-log.js';
import { stdoutByTurn } from './stdout-by-turn.js';

/** A longer path segment may be a token that was put there by mistake. */
const SEGMENT_LIMIT = 40;
/** Nest's own start messages help only the authors of Nest. */
const FRAMEWORK_CONTEXTS = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/**
 * Logs one JSON object per line with Fastify's own pino, or a line of text made from that object. Of an error, only type, code, message and
 * stack are logged: a driver's error also contains the statement and its parameters, and the parameters may be tickets.
 */
export function loggerOptions({
  LOG_LEVEL: level,
  LOG_FORMAT: format,
}: Settings): NonNullable<FastifyServerOptions['logger']> {
  const stdout = stdoutByTurn();
  return {
    level,
    stream: format === 'human' ? humanLog(stdout) : stdout,
    serializers: {
      err: (error: Error & { code?: string }) => ({
        type: error.constructor.name,
        ...(error.code && { code: error.code }),
        message: error.message,
        stack: error.stack ?? '',
      }),
    },
  };
}

/**
 * Logs one line for each request when it is answered: user, method, path, address, status, duration, and the reason of a failure. Bodies,
 * headers and queries are never logged, because they contain tickets, tokens and passwords.
 */
export function addRequestLog(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const isProbe = request.routeOptions.url?.startsWith('/health/') ?? false;
    const level = reply.statusCode >= 500 ? 'warn' : isProbe ? 'debug' : 'info';
    request.log[level](
      {
        method: request.method,
        path: loggedPath(request.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        address: addressOf(request),
        user: request.user?.name,
        failure: request.failure,
      },
      'request',
    );
    done();
  });
}

function loggedPath(url: string): string {
  if (url.length <= SEGMENT_LIMIT && !url.includes('?')) return url;
  const [path = ''] = url.split('?');
  return path
    .split('/')
    .map((segment) => (segment.length > SEGMENT_LIMIT ? '[redacted]' : segment))
    .join('/');
}

/** Sends the messages of Nest's Logger, which our classes use too, to the same log. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: FastifyBaseLogger) {}

  log(message: unknown, context?: string): void {
    const level = context && FRAMEWORK_CONTEXTS.has(context) ? 'debug' : 'info';
    this.logger[level]({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    // An error that stops the start is also thrown, and the caller reports it once.
    const level = context === 'ExceptionHandler' ? 'debug' : 'error';
    this.logger[level]({ context, ...(message instanceof Error && { err: message }) }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
}
