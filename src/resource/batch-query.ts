import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { badRequest } from '../kernel/app-error.js';
import { parseId } from '../kernel/id.js';
import { decodePairs } from '../http/percent-encoding.js';

const BATCH = /[?&]id=(?:\[|%5b)/i;

/**
 * Lets a route answer only requests for a batch, `?id=[1,2,3]`, while another route on the same path answers all other requests. So each
 * has its own route and policy. For `@RouteConstraints({ batch: true })`.
 */
export function addBatchConstraint(fastify: FastifyInstance): void {
  fastify.addConstraintStrategy({
    name: 'batch',
    storage: () => {
      let handler: unknown = null;
      return {
        get: (isBatch: unknown) => (isBatch ? (handler as never) : null),
        set: (_value: unknown, store: unknown) => {
          handler = store;
        },
      };
    },
    deriveConstraint: (request: IncomingMessage) => BATCH.test(request.url ?? '') || undefined,
    validate: () => undefined,
  });
}

/**
 * The ids of a batch request, in the order of the request, without duplicates.
 * @throws AppError 400 naming the first invalid id
 * @publicApi
 */
export const BatchQuery = createParamDecorator((_data: unknown, context: ExecutionContext): number[] => {
  const { url } = context.switchToHttp().getRequest<FastifyRequest>();
  const lists = decodePairs(url.slice(url.indexOf('?') + 1), 'The query').filter(
    ([name]) => name.toLowerCase() === 'id',
  );
  if (lists.length > 1) throw badRequest('id must be given once.');
  const list = /^\[(.*)\]$/s.exec(lists[0]?.[1].trim() ?? '')?.[1];
  if (list === undefined) throw badRequest('id must be a list of ids, such as [1,2,3].');
  const texts = list.trim() === '' ? [] : list.split(',');
  return [...new Set(texts.map(readId))];
});

function readId(text: string): number {
  const id = parseId(text.trim());
  if (id === undefined) throw badRequest('Each id of the list must be a positive integer below 2^53.');
  return id;
}
