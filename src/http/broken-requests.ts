import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { v4 as uuid } from 'uuid';
import { canonicalAddress } from '../kernel/address.js';
import { AppError } from '../kernel/app-error.js';
import { FailureBody } from './failure-body.js';

interface Refusal {
  readonly status: number;
  /** The reason phrase of the status line. */
  readonly text: string;
  readonly message: string;
}

/**
 * Answers input that Node rejects before it becomes a request (broken syntax, headers over 16 KiB, too slow) in the contract's form too.
 */
export function answerBrokenRequest(
  this: FastifyInstance,
  error: Error & { readonly code?: string },
  socket: Socket,
): void {
  if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
  else refuse(this, socket, refusalOf(error.code), error.code);
}

/** Answers CONNECT, which requests a tunnel (RFC 9110, section 9.3.6). Otherwise Node would close the connection without a response. */
export function addConnectRefusal(fastify: FastifyInstance): void {
  const message = 'CONNECT is not offered: the service is not a proxy.';
  fastify.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // A client that disconnects meanwhile is not an error of the service.
    socket.on('error', () => socket.destroy());
    refuse(fastify, socket, { status: 400, text: 'Bad Request', message }, 'connect');
  });
}

function refuse(
  { log }: FastifyInstance,
  socket: Socket,
  { status, text, message }: Refusal,
  code: string | undefined,
): void {
  const body = JSON.stringify(FailureBody.of(new AppError('request_refused', status, message)));
  const requestId = uuid();
  const address = canonicalAddress(socket.remoteAddress ?? '');
  log.info({ requestId, status, address, failure: { code } }, 'broken request');
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\ncontent-type: application/json; charset=utf-8\r\nx-request-id: ${requestId}\r\n` +
      `cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function refusalOf(code: string | undefined): Refusal {
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
