import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.js';
import {
  databaseBusy,
  isConnectionBroken,
  isDatabaseBusy,
  isDatabaseExhausted,
  isDatabaseUnreachable,
  RETRY_AFTER_SECONDS,
} from '../database/database-failures.js';
import type { ErrorCode } from '../kernel/error-codes.js';
import { contractFailure } from './failure-body.js';

/** Messages for failures that the framework reports, by status. The framework's own messages may quote the request. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  404: 'There is nothing at this path.',
  413: 'The body is larger than 256 KiB.',
  414: 'The path is too long.',
  415: 'The body must be application/json or application/x-www-form-urlencoded.',
};

/** Turns every thrown error into a response in the contract's form, and keeps the reason for the log. */
@Catch()
export class FailureFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendFailure(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** Answers a request with the thrown error, in the form of failures of its route. */
export function sendFailure(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = noteFailure(thrown, request);
  if (reply.sent) return;
  const render = request.routeOptions.config.renderFailure ?? contractFailure;
  const { status, body } = render(failure, request);
  void reply
    .status(status)
    // Some clients repeat every refused request that offers a nonce (RFC 9449, section 8). Only a failure that asks for a nonce has one.
    .removeHeader('dpop-nonce')
    // Some successful responses may be cached. A failure must never be cached instead of them.
    .headers({ 'cache-control': 'no-store', ...challengeOf(failure, request), ...failure.context.headers })
    .header('content-type', 'application/json; charset=utf-8')
    .send(body);
}

function challengeOf({ context: { challenge } }: AppError, { headers }: FastifyRequest): Record<string, string> {
  const scheme = /^dpop /i.test(headers.authorization ?? '') ? 'DPoP' : 'Bearer';
  return challenge === undefined ? {} : { 'www-authenticate': `${scheme} ${challenge}` };
}

/** Stores the error on the request for the log line, and returns the error as an AppError. */
export function noteFailure(thrown: unknown, request: FastifyRequest): AppError {
  const failure = asAppError(thrown, request.id);
  request.failure = { code: failure.code, ...(failure.context.detail && { detail: failure.context.detail }) };
  if (failure.status === 500) request.log.error({ err: thrown }, 'unexpected failure');
  return failure;
}

function asAppError(thrown: unknown, requestId: string): AppError {
  if (thrown instanceof AppError) return thrown as AppError;
  if (isDatabaseUnreachable(thrown)) {
    const outcome = isConnectionBroken(thrown)
      ? 'whether the request was carried out is not known'
      : 'nothing was written';
    return new AppError('database_unreachable', 503, `The database cannot be reached; ${outcome}.`, {
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
      detail: (thrown as Error).message,
    });
  }
  if (isDatabaseExhausted(thrown)) return databaseBusy((thrown as Error).message, 'is short of disk or memory');
  if (isDatabaseBusy(thrown)) return databaseBusy((thrown as Error).message);
  const status = thrown instanceof HttpException ? thrown.getStatus() : frameworkStatus(thrown);
  if (status !== undefined && status < 500) {
    return new AppError('request_refused', status, MESSAGES[status] ?? 'The request was refused.');
  }
  return new AppError('internal', 500, `Internal server error. Quote request ${requestId} when you report it.`);
}

function frameworkStatus(thrown: unknown): number | undefined {
  const { statusCode, code } = thrown as { statusCode?: unknown; code?: unknown };
  const isFastify = typeof code === 'string' && code.startsWith('FST_');
  return isFastify && typeof statusCode === 'number' ? statusCode : undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the request failed, for its log line. */
    failure?: { readonly code: ErrorCode; readonly detail?: string };
  }
}
