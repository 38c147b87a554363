import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { AppError } from '../kernel/app-error.js';
import { LoopClock, twoTurns } from './loop-clock.js';

/** A request arrived between these times, in milliseconds of `performance.now()`. This process had read the request at the later one. */
export interface Received {
  readonly from: number;
  readonly until: number;
}

/** These methods only read or delete, so they are carried out even if the client has disconnected. */
const ALWAYS_CARRIED_OUT: readonly string[] = ['GET', 'HEAD', 'DELETE'];

/**
 * Records for each request the earliest time at which its last byte may have arrived. If the process stood still and reads a request late,
 * a write whose client has disconnected is dropped: the client may have retried on another process. Requests that only read or only end
 * something are carried out anyway.
 */
export function addArrival(fastify: FastifyInstance): void {
  const clock = new LoopClock();
  fastify.addHook('onClose', () => {
    clock.stop();
  });
  const accept = (socket: Socket): void => {
    clock.accept(socket);
  };
  fastify.server.on('connection', accept);
  fastify.decorate('acceptConnection', accept);
  fastify.decorateRequest('received');
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
    request.received = { from: at, until: performance.now() };
    const isCarriedOut = ALWAYS_CARRIED_OUT.includes(request.method) || request.routeOptions.config.endsSomething;
    if (!isLate || isCarriedOut) done();
    else {
      void isAbandoned(request).then((is) => {
        done(is ? abandoned() : undefined);
      });
    }
  });
}

/** Whether the client of a request has disconnected, so that nobody waits for the response. */
export async function isAbandoned({ raw: { socket } }: FastifyRequest): Promise<boolean> {
  // The event loop reads all sockets in each turn. After two turns, Node knows about every disconnect that happened before this call.
  await twoTurns();
  return socket.destroyed || !socket.writable;
}

/** 408, which no client receives: the client disconnected before the request was carried out. */
export function abandoned(): AppError {
  return new AppError(
    'abandoned',
    408,
    'The client disconnected before the request was carried out; nothing was written.',
  );
}

declare module 'fastify' {
  interface FastifyInstance {
    /** For a server inside another one: records a new connection of the other server. */
    acceptConnection: (socket: Socket) => void;
  }
  interface FastifyContextConfig {
    /**
     * Whether the route only ends something, such as a session. A late request to such a route is carried out even if its client has
     * disconnected.
     */
    endsSomething?: boolean;
  }
  interface FastifyRequest {
    /** When the last byte of the request arrived. */
    received: Received;
  }
}
