import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { findMatch, parseEntityTags, withCoding } from './entity-tag.js';

type Done = (error: Error | null, payload: unknown) => void;

/**
 * Completes answers that have an `ETag`: a compressed one gets the tag of its coding, and a read whose `If-None-Match` names the tag gets
 * 304 without a body (RFC 9110, section 13.1.2). To be called after `addCompression` and before the routes are added.
 */
export function addEntityTags(fastify: FastifyInstance): void {
  // Compression is a hook of the route, and so is what takes the body off for HEAD: this one comes after both.
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (route.method === 'GET' || route.method === 'HEAD')
      route.onSend = [route.onSend ?? [], completeEntityTag].flat();
  });
}

function completeEntityTag(
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: Done,
): void {
  const tag = reply.getHeader('etag');
  if (typeof tag !== 'string') {
    done(null, payload);
    return;
  }
  const coding = reply.getHeader('content-encoding');
  const match = findMatch(parseEntityTags(headers['if-none-match'] ?? '') ?? [], tag, 'weak');
  // A route of HEAD has the hooks of GET too, and runs them while there is still a body.
  const isRead = method === 'HEAD' ? payload === null : true;
  if (match !== undefined && isRead && reply.statusCode === 200) {
    for (const name of ['content-type', 'content-length', 'content-encoding']) reply.removeHeader(name);
    void reply.code(304).header('etag', match.replace(/^W\//, ''));
    done(null, null);
    return;
  }
  if (typeof coding === 'string') void reply.header('etag', withCoding(tag, coding));
  done(null, payload);
}
