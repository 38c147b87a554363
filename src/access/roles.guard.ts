import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { insufficientScope } from './insufficient-scope.js';
import { exemptionOf, policyOf, type Policy } from './policy.js';
import { CLIENT_ACTOR, holdsRole, type Principal } from './principal.js';

/** Allows a request only if the route's declared policy allows it. A route without a policy is closed to everybody. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const policy = policyOf(this.reflector, context.getHandler(), context.getClass());
    if (policy === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { user } = request;
    if (policy && user && isAdmitted(policy, user)) return true;
    if (policy && user && exemptionOf(this.reflector, context.getHandler())?.(request, user)) return true;
    throw insufficientScope(messageOf(policy));
  }
}

/** A client that acts for itself has no account, so the routes of signed-in users are closed to it. */
function isAdmitted(policy: Exclude<Policy, 'public'>, user: Principal): boolean {
  return policy === 'signed-in' ? !user.name.startsWith(CLIENT_ACTOR) : holdsRole(user, ...policy.roles);
}

function messageOf(policy: Exclude<Policy, 'public'> | undefined): string {
  if (policy === 'signed-in') return 'This is for users, not for clients that act for themselves.';
  return policy
    ? `This needs the role ${policy.roles.join(' or ')}.`
    : 'This route is closed, because it declares no policy.';
}
