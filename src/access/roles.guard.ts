import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.js';
import { policyOf } from './policy.js';
import { holdsRole } from './principal.js';

/** Allows a request only if the route's declared policy allows it. A route without a policy is closed to everybody. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const policy = policyOf(this.reflector, context.getHandler(), context.getClass());
    if (policy === 'public') return true;
    const { user, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (policy && user && holdsRole(user, ...policy.roles)) return true;
    const scheme = /^dpop /i.test(headers.authorization ?? '') ? 'DPoP' : 'Bearer';
    throw new AppError(
      'insufficient_scope',
      403,
      policy
        ? `This needs the role ${policy.roles.join(' or ')}.`
        : 'This route is closed, because it declares no policy.',
      { headers: { 'www-authenticate': `${scheme} error="insufficient_scope"` } },
    );
  }
}
