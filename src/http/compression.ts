import compress from '@fastify/compress';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

/** Below this size, compression saves less than a packet. */
const THRESHOLD_BYTES = 1_024;
/** Up to this size, one call compresses the answer in about 0.2 ms. A larger answer is compressed as a stream, in zlib's threads. */
const IN_ONE_CALL_BYTES = 32_768;

/**
 * Compresses answers from 1 KiB on for clients that accept gzip or Brotli (contract 1.8), streams of records too. Answers of routes with
 * `isUncompressed` stay as they are. To be awaited before the routes are added.
 */
export async function addCompression(fastify: FastifyInstance): Promise<void> {
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (route.config?.isUncompressed) route.compress = false;
  });
  await fastify.register(compress, {
    globalDecompression: false,
    encodings: ['gzip', 'br'],
    threshold: THRESHOLD_BYTES,
    syncThreshold: IN_ONE_CALL_BYTES,
  });
  // The plugin compresses in a hook of the route, so this one comes after it.
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (route.method === 'HEAD' && route.compress !== false) route.onSend = [route.onSend ?? [], leaveOutLength].flat();
  });
}

/** HEAD has no body to compress, and the length of a body that is not compressed is not that of GET (RFC 9110, section 9.3.2). */
function leaveOutLength(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload: unknown) => void,
): void {
  const isLong = Number(reply.getHeader('content-length')) >= THRESHOLD_BYTES;
  if (isLong && /gzip|br|\*/i.test(headers['accept-encoding'] ?? '')) reply.removeHeader('content-length');
  done(null, payload);
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whether answers of the route are never compressed. For answers that hold a token beside text that a client chose: their size would
     * show how much the two have in common (BREACH).
     */
    isUncompressed?: boolean;
  }
}
