import type { Actor } from '../kernel/origin.js';

/** What access control knows of a user, read fresh for each request. */
export interface Account {
  readonly email: string;
  /** A full administrator needs no role. */
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}

/** Who makes a request, and from where. The name is the e-mail: the subject of tokens and the author of writes. */
export interface Principal extends Actor {
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}

/** Whether a user may do what one of these roles is for: a full administrator may without any. */
export function holdsRole(
  { isAdministrator, roles }: Pick<Principal, 'isAdministrator' | 'roles'>,
  ...wanted: string[]
): boolean {
  return isAdministrator || wanted.some((role) => roles.includes(role));
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by authentication; absent on public routes. */
    user?: Principal;
  }
}
