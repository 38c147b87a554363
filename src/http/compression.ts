import compress from '@fastify/compress';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

/** Below this size, compression saves less than one network packet. */
const THRESHOLD_BYTES = 1_024;
/**
 * Up to this size, one call compresses the response in about 0.2 ms. A larger response is compressed as a stream, in the threads of zlib.
 */
const IN_ONE_CALL_BYTES = 32_768;

/**
 * Compresses responses of 1 KiB or more for clients that accept gzip or Brotli (contract 1.8), streams of records included. Responses of
 * routes with `isUncompressed` stay uncompressed. Await this function before adding routes.
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
  // The plugin compresses in a hook of the route, so this hook must be added after the plugin.
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (route.method === 'HEAD' && route.compress !== false) route.onSend = [route.onSend ?? [], leaveOutLength].flat();
  });
}

/**
 * A response to HEAD has no body to compress. Its length would be the uncompressed length, which differs from that of GET (RFC 9110,
 * section 9.3.2).
 */
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
     * Whether responses of the route are never compressed. Set it for responses that contain both a token and text chosen by a client:
     * otherwise the compressed size would reveal how much the two have in common (BREACH).
     */
    isUncompressed?: boolean;
  }
}
