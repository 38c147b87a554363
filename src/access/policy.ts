import { applyDecorators } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';

/** What a route demands: nothing, or a signed-in user who holds one of the roles. */
export type Policy = 'public' | { readonly roles: readonly [string, ...string[]] };

const PolicyMetadata = Reflector.createDecorator<Policy>();

/**
 * Demands a signed-in user with the role, or with one of several that each suffice; a full administrator needs none. The OpenAPI document
 * names the role, or the list of them, as `x-required-role`.
 */
export function Role(...roles: [string, ...string[]]): MethodDecorator {
  const [role, ...others] = roles;
  return applyDecorators(PolicyMetadata({ roles }), ApiExtension('x-required-role', others.length > 0 ? roles : role));
}

/** Lets everybody in, signed in or not. */
export function Public(): ClassDecorator & MethodDecorator {
  return PolicyMetadata('public');
}

/** The policy of a handler, or that of its class, or undefined when none was declared, which closes the route. */
export function policyOf(reflector: Reflector, handler: object, controller: object): Policy | undefined {
  return reflector.getAllAndOverride(PolicyMetadata, [handler as never, controller as never]);
}
