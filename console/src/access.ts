import { createContext, useContext } from 'react';
import { call } from './api.js';
import type { Document, Operation, Resource } from './resources.js';

interface Account {
  readonly IsAdministrator: boolean;
  readonly Roles: readonly string[];
}

/**
 * What the user may do. `GET /api/account`, where the service has this route, says which roles the user has. Without it, the console offers
 * everything until a request gets 403, and then does not offer that operation again.
 */
export class Access {
  private readonly denied = new Set<string>();
  /** Called when the user turned out not to have a role. */
  onDeny: () => void = () => undefined;

  private constructor(
    private readonly account: Account | undefined,
    private readonly paths: Document['paths'],
  ) {}

  static async load({ paths }: Document): Promise<Access> {
    const account = paths['/api/account'] ? await call<Account>('/api/account') : undefined;
    return new Access(account?.body, paths);
  }

  may(resource: Resource | undefined, operation: Operation): boolean {
    return this.holds(resource?.roles[operation]);
  }

  /** Whether the API has a route that belongs to no resource, and the user may use the route. */
  mayCall(path: string, method: 'get' | 'post' = 'get'): boolean {
    return this.holds(this.rolesOfRoute(path, method));
  }

  denyCall(path: string, method: 'get' | 'post' = 'get'): void {
    this.denied.add(this.rolesOfRoute(path, method)?.join() ?? '');
    this.onDeny();
  }

  private rolesOfRoute(path: string, method: 'get' | 'post'): readonly string[] | undefined {
    const role = this.paths[path]?.[method]?.['x-required-role'];
    return role === undefined ? undefined : [role].flat();
  }

  private holds(roles: readonly string[] | undefined): boolean {
    if (!roles || this.denied.has(roles.join())) return false;
    return !this.account || this.account.IsAdministrator || roles.some((role) => this.account?.Roles.includes(role));
  }

  deny(resource: Resource | undefined, operation: Operation): void {
    this.denied.add(resource?.roles[operation]?.join() ?? '');
    this.onDeny();
  }
}

export interface Service {
  readonly resources: readonly Resource[];
  readonly access: Access;
}

export const ServiceContext = createContext<Service | undefined>(undefined);

/** The resources of the service, and what the user may do with them. */
export function useService(): Service {
  const service = useContext(ServiceContext);
  if (!service) throw new Error('This component needs the service.');
  return service;
}
