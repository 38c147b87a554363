import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { forgetOldest } from '../kernel/forget-oldest.js';
import type { Actor } from '../kernel/origin.js';
import type { AccessTokenReference } from '../signing-keys/access-token-claims.js';
import type { SignedPower } from '../users/user-seals.service.js';
import type { ConfirmingUser } from './session.js';
import { SessionPrincipalsService } from './session-principals.service.js';

/** How many users' rights are remembered. An entry has about 250 bytes. */
const CAPACITY = 10_000;

/** The user of an access token, and what the request asks for; undefined if the user's rights are no longer the expected ones. */
export interface ReadUser {
  readonly user: ConfirmingUser;
  readonly found: object | undefined;
}

/** Reads in one statement. Undefined when the token has expired or its session has ended. */
export type ReaderAhead = (token: AccessTokenReference) => Promise<ReadUser | undefined>;

/** How a route reads what it shows. */
export interface RouteAhead {
  /**
   * Reads what this request asks for, if these rights allow it, which the user had at an earlier request. Undefined if they do not, or it is not
   * plain what the request asks for: then the handler reads, as on every other route.
   */
  readonly readerOf: (request: FastifyRequest, expected: SignedPower) => ReaderAhead | undefined;
}

/**
 * Lets a route read what it shows in the statement that reads the session of its user: one round trip instead of two. What is remembered
 * decides nothing: the statement reads session and rights again, and shows nothing if the rights are not the expected ones. The guards
 * decide by what the statement read.
 */
@Injectable()
export class ReadAheadsService {
  private readonly routes = new Map<object, RouteAhead>();
  private readonly rights = new Map<string, SignedPower>();
  private readonly found = new WeakMap<Actor, object>();

  constructor(private readonly principals: SessionPrincipalsService) {}

  /** Registers how the route of this handler reads. */
  register(handler: object, route: RouteAhead): void {
    this.routes.set(handler, route);
  }

  /** How the route of this handler reads; undefined for all others. */
  routeOf(handler: object): RouteAhead | undefined {
    return this.routes.get(handler);
  }

  /** The user of an access token, as `SessionPrincipalsService` finds it, and what the route read with it. */
  async read(route: RouteAhead, request: FastifyRequest, token: AccessTokenReference): Promise<ReadUser | undefined> {
    const expected = this.rights.get(token.subject);
    const reader = expected && route.readerOf(request, expected);
    let found: object | undefined;
    const readBoth = async (read: ReaderAhead): Promise<ConfirmingUser | undefined> => {
      const both = await read(token);
      found = both?.found;
      return both?.user;
    };
    const user = await this.principals.userOf(token, reader && (() => readBoth(reader)));
    if (user) this.remember(user);
    return user && { user, found };
  }

  /** Keeps what was read for the handler of this principal's request. */
  keep(actor: Actor, found: object): void {
    this.found.set(actor, found);
  }

  /** What was read for this principal's request. Only the first call gets it, so a second read asks the database. */
  take(actor: Actor): object | undefined {
    const found = this.found.get(actor);
    if (found) this.found.delete(actor);
    return found;
  }

  private remember({ email, isAdministrator, roles, mac }: SignedPower): void {
    if (this.rights.get(email)?.mac === mac) return;
    this.rights.delete(email);
    this.rights.set(email, { email, isAdministrator, roles, mac });
    forgetOldest(this.rights, CAPACITY);
  }
}
