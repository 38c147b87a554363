import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.js';
import { exemptionOf, policyOf } from './policy.js';
import { holdsRole } from './principal.js';

/** Allows a request only if the route's declared policy allows it. A route without a policy is closed to everybody. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const policy = policyOf(this.reflector, context.getHandler(), context.getClass());
    if (policy === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { user } = request;
    if (policy && user && holdsRole(user, ...policy.roles)) return true;
    if (policy && user && exemptionOf(this.reflector, context.getHandler())?.(request, user)) return true;
    throw new AppError(
      'insufficient_scope',
      403,
      policy
        ? `This needs the role ${policy.roles.join(' or ')}.`
        : 'This route is closed, because it declares no policy.',
      { headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } },
    );
  }
}
