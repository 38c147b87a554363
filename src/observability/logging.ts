import type { LoggerService } from '@nestjs/common';
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from 'fastify';
import { addressOf } from '../access/request-origin.js';
import type { Settings } from '../config/settings.js';
import { humanLog } from './human-log.js';
import { stdoutByTurn } from './stdout-by-turn.js';

/** A path segment longer than this may be a token that went astray. */
const SEGMENT_LIMIT = 40;
/** What Nest says while it starts is of interest to its authors. */
const FRAMEWORK_CONTEXTS = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/**
 * One JSON object a line, by Fastify's own pino; or, made from that object, a line of text. An error is logged by type, code, message
 * and stack alone: a driver's error also carries the statement and its parameters, and those may be tickets.
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
 * Logs each request in one line when it is answered: who asked for what, from where, what came of it, how long it took, and why it failed.
 * Bodies, headers and queries are never logged, so neither are the tickets, tokens and passwords in them.
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

/** Lets what Nest and our classes say through its Logger join the same log. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: FastifyBaseLogger) {}

  log(message: unknown, context?: string): void {
    const level = context && FRAMEWORK_CONTEXTS.has(context) ? 'debug' : 'info';
    this.logger[level]({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    // An error that stops the start is thrown as well. The caller reports it, once.
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
