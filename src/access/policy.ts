import { applyDecorators } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';

/** What a route demands: nothing, or a signed-in user who holds the role. */
export type Policy = 'public' | { readonly role: string };

const PolicyMetadata = Reflector.createDecorator<Policy>();

/** Demands a signed-in user with the role; a full administrator needs none. */
export function Role(role: string): MethodDecorator {
  return applyDecorators(PolicyMetadata({ role }), ApiExtension('x-required-role', role));
}

/** Lets everybody in, signed in or not. */
export function Public(): ClassDecorator & MethodDecorator {
  return PolicyMetadata('public');
}

/** The policy of a handler, or that of its class, or undefined when none was declared, which closes the route. */
export function policyOf(reflector: Reflector, handler: object, controller: object): Policy | undefined {
  return reflector.getAllAndOverride(PolicyMetadata, [handler as never, controller as never]);
}
