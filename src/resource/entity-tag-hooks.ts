import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { findMatch, parseEntityTags, withCoding } from './entity-tag.js';

type Done = (error: Error | null, payload: unknown) => void;

/**
 * Completes responses with an `ETag`. A compressed response gets the tag of its coding. A read with a matching `If-None-Match` gets 304
 * without a body (RFC 9110, section 13.1.2). Call this after `addCompression` and before adding routes.
 */
export function addEntityTags(fastify: FastifyInstance): void {
  // The hooks that compress, and that remove the body for HEAD, are hooks of the route. This hook must run after both.
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
  // A HEAD route also runs the hooks of GET, before its body is removed. That first run must not decide about 304.
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
