import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { AppError } from '../kernel/app-error.js';
import { LoopClock, twoTurns } from './loop-clock.js';

/** They change nothing, or only end something. So they are carried out even if the client has disconnected. */
const ALWAYS_CARRIED_OUT: readonly string[] = ['GET', 'HEAD', 'DELETE'];

/**
 * Says of each request when it had arrived, to its last byte, at the earliest. A request that is read late, since the process stood
 * still, and whose sender has hung up, is not carried out: the sender may have gone to another process and gone on from there. A request
 * that ends something is carried out all the same.
 */
export function addArrival(fastify: FastifyInstance): void {
  const clock = new LoopClock();
  fastify.addHook('onClose', () => {
    clock.stop();
  });
  fastify.server.on('connection', (socket: Socket) => {
    clock.accept(socket);
  });
  fastify.decorateRequest('receivedAt', 0);
  fastify.addHook('onRequest', (_request, _reply, done) => {
    clock.look();
    done();
  });
  fastify.addHook('onSend', ({ raw: { socket } }, _reply, payload, done) => {
    clock.answer(socket);
    done(null, payload);
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    const { at, isLate } = clock.arrivalOn(request.raw.socket);
    request.receivedAt = at;
    const isCarriedOut = ALWAYS_CARRIED_OUT.includes(request.method) || request.routeOptions.config.endsSomething;
    if (!isLate || isCarriedOut) done();
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
  await twoTurns();
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
    /** When it had arrived, to its last byte, at the earliest, in milliseconds by `performance.now()`. */
    receivedAt: number;
  }
}
