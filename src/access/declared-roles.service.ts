import { Injectable, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { policyOf, type Policy } from './policy.js';

/** A handler that answers HTTP requests, and the policy it declares. */
export interface DeclaredRoute {
  readonly name: string;
  readonly policy: Policy | undefined;
}

/** Knows the policy of every route of the application, those of extensions included. */
@Injectable()
export class DeclaredRolesService {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** Every handler with a route, as `Controller.method`. */
  routes(): DeclaredRoute[] {
    return this.discovery.getControllers().flatMap(({ instance, metatype }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
      return this.scanner
        .getAllMethodNames(prototype)
        .map((name) => ({ name, handler: prototype[name] }))
        .filter((method): method is { name: string; handler: object } => isRoute(method.handler))
        .map(({ name, handler }) => ({
          name: `${metatype?.name}.${name}`,
          policy: policyOf(this.reflector, handler, metatype as object),
        }));
    });
  }

  /** The names of all roles that some route demands, sorted. */
  roles(): string[] {
    const roles = this.routes().flatMap(({ policy }) => (policy && policy !== 'public' ? policy.roles : []));
    return [...new Set(roles)].sort();
  }
}

function isRoute(handler: object | undefined): boolean {
  if (!handler) return false;
  const method: unknown = Reflect.getMetadata('method', handler);
  return typeof method === 'number' && method in RequestMethod;
}
