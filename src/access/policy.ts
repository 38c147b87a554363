import { applyDecorators } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Principal } from './principal.js';

/**
 * What a route requires: nothing, a signed-in user, or a signed-in user with one of the roles.
 * @publicApi
 */
export type Policy = 'public' | 'signed-in' | { readonly roles: readonly [string, ...string[]] };

const PolicyMetadata = Reflector.createDecorator<Policy>();

/** Whether a request of a signed-in user needs none of the roles of its route. */
type Exemption = (request: FastifyRequest, user: Principal) => boolean;

/** Lets some requests of signed-in users pass without the roles that the route requires. */
export const Exempts = Reflector.createDecorator<Exemption>();

/**
 * Requires a signed-in user with at least one of the roles. A full administrator needs no role. The OpenAPI document has the role, or the
 * list of roles, as `x-required-role`.
 * @publicApi
 */
export function Role(...roles: [string, ...string[]]): MethodDecorator {
  const [role, ...others] = roles;
  return applyDecorators(PolicyMetadata({ roles }), ApiExtension('x-required-role', others.length > 0 ? roles : role));
}

/**
 * Allows every request, signed in or not. The OpenAPI document says that the operation needs no credentials (`security: []`).
 * @publicApi
 */
export function Public(): ClassDecorator & MethodDecorator {
  return applyDecorators(PolicyMetadata('public'), ApiExtension('x-public', true));
}

/**
 * Requires a signed-in user, and no role: for routes on which users act for themselves. The OpenAPI document has `x-signed-in`.
 * @publicApi
 */
export function SignedIn(): MethodDecorator {
  return applyDecorators(PolicyMetadata('signed-in'), ApiExtension('x-signed-in', true));
}

/** The policy of a handler, or otherwise of its class. Undefined when neither declares a policy; the guard then refuses every request. */
export function policyOf(reflector: Reflector, handler: object, controller: object): Policy | undefined {
  return reflector.getAllAndOverride(PolicyMetadata, [handler as never, controller as never]);
}

/** Which requests need none of the roles of a handler. Undefined when all need one. */
export function exemptionOf(reflector: Reflector, handler: object): Exemption | undefined {
  return reflector.get(Exempts, handler as never);
}
