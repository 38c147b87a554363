import type { IncomingMessage } from 'node:http';
import type { MethodTable } from './method-table.js';

/** Scheme and host of a target in absolute form (RFC 9112, section 3.2.2): the service answers by the path alone. */
const AUTHORITY = /^https?:\/\/[^/?#]*/i;

/**
 * Finds the path that the router looks up from the target of a request. The service answers under the path of its public URL, for
 * clients that reach it directly and for proxies that pass the path on; and without this path, for proxies that take it off.
 */
export class RequestTargets {
  private readonly prefix: RegExp | undefined;
  private readonly wellKnown: RegExp | undefined;

  /** @param publicUrl without a trailing slash */
  constructor(publicUrl: string) {
    const segments = new URL(publicUrl).pathname.split('/').filter(Boolean).map(escaped);
    if (segments.length === 0) return;
    // Paths match without regard to case, and duplicate slashes count as one.
    const path = `/+${segments.join('/+')}`;
    this.prefix = new RegExp(`^${path}(?=/|$)`, 'i');
    this.wellKnown = new RegExp(`^(/+\\.well-known/+[^/]+)${path}/*$`, 'i');
  }

  /** The path and query to look up; it starts with a slash, and its percent-encoding is whole. */
  lookedUp({ url = '/' }: IncomingMessage, routes: Pick<MethodTable, 'hasSegment'>): string {
    const target = url.startsWith('/') ? url : `/${url.replace(AUTHORITY, '').replace(/^\//, '')}`;
    const end = target.indexOf('?');
    const path = end < 0 ? target : target.slice(0, end);
    const found = this.withoutPrefix(isDecodable(path) ? path : path.replaceAll('%', '%25'), routes);
    return found === path ? target : found + target.slice(path.length);
  }

  private withoutPrefix(path: string, routes: Pick<MethodTable, 'hasSegment'>): string {
    if (!this.prefix || !this.wellKnown) return path;
    // RFC 8414, section 3: the name of the document stands between the host and the path of the issuer.
    const document = this.wellKnown.exec(path)?.[1];
    if (document !== undefined) return document;
    if (!this.prefix.test(path)) return path;
    const rest = path.replace(this.prefix, '');
    const [first = ''] = rest.split('/').filter(Boolean);
    // The public URL may end in a segment that routes begin with, such as /api: a proxy that takes it off leaves /api/token.
    if (!routes.hasSegment(first.toLowerCase())) return path;
    return rest === '' ? '/' : rest;
  }
}

/**
 * Whether the percent-encoding of the path is whole. The router would answer a broken one by itself, past hooks, headers and log. As a
 * path that is taken as it is written, it does not exist, like any other.
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
