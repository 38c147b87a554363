import type { FastifyInstance } from 'fastify';
import { addBatchConstraint } from './batch-query.js';
import { addTotalItemsHeader } from './list-envelope.js';
import { addRecordStreams } from './record-stream.js';

/**
 * Prepares the server for resources: routes for batches on the path of the search, the header of an estimated total, and streamed pages.
 */
export function addConventions(fastify: FastifyInstance): void {
  addBatchConstraint(fastify);
  addTotalItemsHeader(fastify);
  addRecordStreams(fastify);
}
