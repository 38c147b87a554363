import type { IncomingMessage } from 'node:http';
import type { MethodTable } from './method-table.js';

/** Scheme and host of a target in absolute form (RFC 9112, section 3.2.2). Only the path selects the route. */
const AUTHORITY = /^https?:\/\/[^/?#]*/i;

/**
 * Finds the path for the router from the target of a request. The service accepts paths with the path of its public URL in front (from
 * direct clients, and from proxies that forward the whole path) and without it (from proxies that strip it).
 */
export class RequestTargets {
  private readonly prefix: RegExp | undefined;
  private readonly wellKnown: RegExp | undefined;

  /** @param publicUrl without a trailing slash */
  constructor(publicUrl: string) {
    const segments = new URL(publicUrl).pathname.split('/').filter(Boolean).map(escaped);
    if (segments.length === 0) return;
    // Paths match without regard to case, and duplicate slashes count as one slash.
    const path = `/+${segments.join('/+')}`;
    this.prefix = new RegExp(`^${path}(?=/|$)`, 'i');
    this.wellKnown = new RegExp(`^(/+\\.well-known/+[^/]+)${path}/*$`, 'i');
  }

  /** The path and query for the router. It starts with a slash, and its percent-encoding is complete. */
  lookedUp({ url = '/' }: IncomingMessage, routes: Pick<MethodTable, 'hasSegment'>): string {
    const target = url.startsWith('/') ? url : `/${url.replace(AUTHORITY, '').replace(/^\//, '')}`;
    const end = target.indexOf('?');
    const path = end < 0 ? target : target.slice(0, end);
    const found = this.withoutPrefix(isDecodable(path) ? path : path.replaceAll('%', '%25'), routes);
    return found === path ? target : found + target.slice(path.length);
  }

  private withoutPrefix(path: string, routes: Pick<MethodTable, 'hasSegment'>): string {
    if (!this.prefix || !this.wellKnown) return path;
    // RFC 8414, section 3: the name of the document is inserted between the host and the path of the issuer.
    const document = this.wellKnown.exec(path)?.[1];
    if (document !== undefined) return document;
    if (!this.prefix.test(path)) return path;
    const rest = path.replace(this.prefix, '');
    const [first = ''] = rest.split('/').filter(Boolean);
    // The public URL may end in a segment that routes begin with, such as /api. A proxy that strips /api would leave /api/token.
    if (!routes.hasSegment(first.toLowerCase())) return path;
    return rest === '' ? '/' : rest;
  }
}

/**
 * Whether the percent-encoding of the path is complete. Otherwise the router would answer by itself, without hooks, headers and a log line.
 * `lookedUp` escapes such a path, so that the router finds no route, as for any unknown path.
 */
function isDecodable(path: string): boolean {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function escaped(segment: string): string {
  return segment.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
