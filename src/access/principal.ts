import type { Actor } from '../kernel/origin.js';

/** The data about a user that access control needs, read again for each request. */
export interface Account {
  readonly email: string;
  /** A full administrator needs no role. */
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}

/** The data about a client that access control needs, when the client acts for itself. */
export interface ClientAccount {
  readonly clientId: string;
  readonly roles: readonly string[];
}

/**
 * The session whose access token a request carries.
 * @publicApi
 */
export interface PrincipalSession {
  /** UniqueId of the session. */
  readonly uniqueId: string;
  readonly clientId: string;
  /** When the user signed in, in seconds since 1970 by the database's clock. */
  readonly authTime: number;
  /** How the user was authenticated (RFC 8176). */
  readonly amr: readonly string[];
}

/**
 * The user who makes a request, and the origin of the request. The name is the e-mail: the subject of tokens and the author of writes. A
 * registered client that acts for itself is a principal too, with a name such as `client:billing`, which is no e-mail address.
 * @publicApi
 */
export interface Principal extends Actor {
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
  /** Absent if the request carries the password itself, as Basic credentials. */
  readonly session?: PrincipalSession | undefined;
}

/**
 * Whether the user has one of these roles. A full administrator passes without any role.
 * @publicApi
 */
export function holdsRole(
  { isAdministrator, roles }: Pick<Principal, 'isAdministrator' | 'roles'>,
  ...wanted: string[]
): boolean {
  return isAdministrator || wanted.some((role) => roles.includes(role));
}

/** Whether the sign-in of the request had a code of the second factor, or a recovery code. Basic credentials have none. */
export function gaveCode({ session }: Pick<Principal, 'session'>): boolean {
  return session?.amr.includes('mfa') ?? false;
}

/** How the name of a client that acts for itself begins, as the author of writes and the actor of events. No e-mail address begins so. */
export const CLIENT_ACTOR = 'client:';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by authentication; absent on public routes. */
    user?: Principal;
  }
}
