import type { FastifyInstance } from 'fastify';
import { AppError } from '../kernel/app-error.js';

/** Knows the methods of each path, so that a wrong method on a known path gets 405 with `Allow`, not 404. */
export class MethodTable {
  private readonly methods = new Map<string, Set<string>>();
  private readonly segments = new Set<string>();

  constructor(private readonly fastify: FastifyInstance) {
    fastify.addHook('onRoute', ({ url: path, method }) => {
      // The router treats a path with and without its trailing slash as the same path.
      const url = path.replace(/(?<=.)\/$/, '');
      const offered = this.methods.get(url) ?? new Set();
      for (const name of [method].flat()) offered.add(name);
      this.methods.set(url, offered);
      this.segments.add(url.split('/')[1]?.toLowerCase() ?? '');
    });
  }

  /** Whether some path begins with this segment, given in lower case. The root path has the empty segment. */
  hasSegment(segment: string): boolean {
    return this.segments.has(segment);
  }

  /** Answers 405 to every method that a path does not offer. Call this once, after all routes are added. */
  close(): void {
    for (const [url, offered] of [...this.methods]) {
      if (url.includes('*')) continue;
      const allow = [...offered].sort().join(', ');
      const refused = this.fastify.supportedMethods.filter((method) => !offered.has(method));
      const failure = (): AppError =>
        new AppError('method_not_allowed', 405, `This path offers ${allow}.`, { headers: { allow } });
      this.fastify.route({
        url,
        method: refused,
        // Answers before the body is read, so that errors of the body do not hide the 405.
        onRequest: (_request, _reply, done) => {
          done(failure());
        },
        handler: () => {
          throw failure();
        },
      });
    }
  }
}
