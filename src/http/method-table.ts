import type { FastifyInstance } from 'fastify';
import { AppError } from '../kernel/app-error.js';

/** Knows which methods each path offers, so that another method on a known path is 405 with `Allow`, not 404. */
export class MethodTable {
  private readonly methods = new Map<string, Set<string>>();
  private readonly segments = new Set<string>();

  constructor(private readonly fastify: FastifyInstance) {
    fastify.addHook('onRoute', ({ url: path, method }) => {
      // The router takes a path with and without its trailing slash for the same.
      const url = path.replace(/(?<=.)\/$/, '');
      const offered = this.methods.get(url) ?? new Set();
      for (const name of [method].flat()) offered.add(name);
      this.methods.set(url, offered);
      this.segments.add(url.split('/')[1]?.toLowerCase() ?? '');
    });
  }

  /** Whether some path begins with this segment, given in lower case; the root has the empty segment. */
  hasSegment(segment: string): boolean {
    return this.segments.has(segment);
  }

  /** Answers 405 to every method that a path does not offer. To be called once, when all routes are there. */
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
        // Before the body is read: what is wrong with a body does not matter where none is taken.
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
