import { Injectable, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModulesContainer, Reflector } from '@nestjs/core';
import { policyOf, type Policy } from './policy.js';
import { targetsOf } from './route-targets.js';

/** A handler that answers HTTP requests, and the policy it declares. */
export interface DeclaredRoute {
  /** `Controller.method`. */
  readonly name: string;
  /** The module that declares the controller. */
  readonly module: string;
  /** What the handler answers: method, path, and further conditions. Two handlers with one target conflict. */
  readonly targets: readonly string[];
  readonly policy: Policy | undefined;
}

/** Lists the policies of all routes of the application, extensions included. */
@Injectable()
export class DeclaredRolesService {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly modules: ModulesContainer,
  ) {}

  /** All route handlers. */
  routes(): DeclaredRoute[] {
    return this.discovery.getControllers().flatMap(({ instance, metatype, host }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
      const controller = metatype as object;
      return this.scanner
        .getAllMethodNames(prototype)
        .map((name) => ({ name, handler: prototype[name] }))
        .filter((method): method is { name: string; handler: object } => isRoute(method.handler))
        .map(({ name, handler }) => ({
          name: `${metatype?.name}.${name}`,
          module: host?.metatype.name ?? '',
          targets: targetsOf({ handler, controller, modulePath: this.pathOf(host?.metatype) }),
          policy: policyOf(this.reflector, handler, controller),
        }));
    });
  }

  /** The names of all roles that routes require, sorted. */
  roles(): string[] {
    return [...new Set(this.routes().flatMap(rolesOf))].sort();
  }

  /** RouterModule keeps the path of a module for each application. */
  private pathOf(module: object | undefined): string | undefined {
    return (
      module && (Reflect.getMetadata(`__module_path__${this.modules.applicationId}`, module) as string | undefined)
    );
  }
}

/** The roles that a route requires: one of them is enough. None for a route that requires none, and for one without a policy. */
export function rolesOf({ policy }: DeclaredRoute): readonly string[] {
  return typeof policy === 'object' ? policy.roles : [];
}

function isRoute(handler: object | undefined): boolean {
  if (!handler) return false;
  const method: unknown = Reflect.getMetadata('method', handler);
  return typeof method === 'number' && method in RequestMethod;
}
