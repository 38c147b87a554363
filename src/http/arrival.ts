import type { FastifyInstance, FastifyRequest } from 'fastify';
import { setImmediate as turn } from 'node:timers/promises';
import { AppError } from '../kernel/app-error.js';

const BEAT_MS = 100;
/** A loop that did not turn for so long stood still, or its process did; what came meanwhile is read only then. */
const STALL_MS = 400;
/** They change nothing, or do what is asked for, whoever listens. */
const ALWAYS_CARRIED_OUT: readonly string[] = ['GET', 'HEAD', 'DELETE'];

/**
 * Tells of each request when it came, to its last byte, at the earliest: one that is read right after the process stood still (frozen,
 * or starved of its processor) may have waited for as long as that. One that is read so late, and has nobody who waits for it any more,
 * is not carried out: its sender may have asked another process since, and gone on from there. But what ends something does.
 */
export function addArrival(fastify: FastifyInstance): void {
  let turned = performance.now();
  let stall = { from: turned, until: -Infinity };
  const beat = (): void => {
    const now = performance.now();
    if (now - turned > STALL_MS) stall = { from: turned, until: now };
    turned = now;
  };
  const timer = setInterval(beat, BEAT_MS).unref();
  fastify.addHook('onClose', () => {
    clearInterval(timer);
  });
  fastify.decorateRequest('receivedAt', 0);
  fastify.addHook('preValidation', (request, _reply, done) => {
    const now = performance.now();
    // The sockets may be read before the timer runs, or after.
    if (now - turned > STALL_MS) request.receivedAt = turned;
    else request.receivedAt = now - stall.until < STALL_MS ? stall.from : now;
    const isCarriedOut = ALWAYS_CARRIED_OUT.includes(request.method) || request.routeOptions.config.endsSomething;
    if (request.receivedAt === now || isCarriedOut) done();
    else {
      void isAbandoned(request).then((is) => {
        done(is ? abandoned() : undefined);
      });
    }
  });
}

/** Whether the sender of a request has hung up by now, and waits for no answer. */
export async function isAbandoned({ raw: { socket } }: FastifyRequest): Promise<boolean> {
  // The event loop reads all its sockets in a turn: who had hung up is then known to have.
  await turn();
  await turn();
  return socket.destroyed || !socket.writable;
}

/** 408, which nobody hears: the sender of a request hung up before it was carried out. */
export function abandoned(): AppError {
  return new AppError('abandoned', 408, 'The sender hung up before the request was carried out; nothing was written.');
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route does nothing but end what its sender wants to have ended. */
    endsSomething?: boolean;
  }
  interface FastifyRequest {
    /** When it came, to its last byte, at the earliest, in milliseconds by `performance.now()`. */
    receivedAt: number;
  }
}
