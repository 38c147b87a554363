import type { FastifyInstance } from 'fastify';
import { addBatchConstraint } from './batch-query.js';
import { addTotalItemsHeader } from './list-envelope.js';
import { addRecordStreams } from './record-stream.js';

/** Prepares the server for resources: batches beside searches on one path, the header of an estimated total, streamed pages. */
export function addConventions(fastify: FastifyInstance): void {
  addBatchConstraint(fastify);
  addTotalItemsHeader(fastify);
  addRecordStreams(fastify);
}
