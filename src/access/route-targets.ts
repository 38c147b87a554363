import { RequestMethod } from '@nestjs/common';

/** Where Nest keeps what the decorators of a route say. */
const [METHOD, PATH, HOST, VERSION] = ['method', 'path', 'host', '__version__'] as const;
const CONSTRAINTS = '__fastify_route_constraints__';

interface Declaration {
  readonly handler: object;
  readonly controller: object;
  /** What RouterModule puts before the paths of the module. */
  readonly modulePath: string | undefined;
}

/**
 * What a handler answers, one text for each of its paths, such as `GET /api/sys/coupons/:`. The router does not distinguish upper and lower
 * case, nor the names of parameters, so the text has neither.
 */
export function targetsOf({ handler, controller, modulePath = '' }: Declaration): string[] {
  const method = RequestMethod[Reflect.getMetadata(METHOD, handler) as number] ?? '';
  const conditions: unknown[] = [
    Reflect.getMetadata(HOST, controller),
    Reflect.getMetadata(VERSION, handler) ?? Reflect.getMetadata(VERSION, controller),
    Reflect.getMetadata(CONSTRAINTS, handler),
  ].filter((condition) => condition !== undefined);
  const further = conditions.length > 0 ? ` ${JSON.stringify(conditions)}` : '';
  return pathsOf(controller).flatMap((start) =>
    pathsOf(handler).map((end) => `${method} ${joined(modulePath, start, end)}${further}`),
  );
}

function pathsOf(declared: object): string[] {
  return [(Reflect.getMetadata(PATH, declared) as string | string[] | undefined) ?? ''].flat();
}

function joined(...parts: string[]): string {
  const segments = parts.join('/').split('/').filter(Boolean);
  return `/${segments.map((segment) => segment.toLowerCase().replace(/^:\w+$/, ':')).join('/')}`;
}
