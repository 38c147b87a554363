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
    const { user } = context.switchToHttp().getRequest<FastifyRequest>();
    if (policy === 'signed-in' && user) return true;
    const roles = policy === 'signed-in' ? undefined : policy?.roles;
    if (roles && user && holdsRole(user, ...roles)) return true;
    throw new AppError(
      'insufficient_scope',
      403,
      roles ? `This needs the role ${roles.join(' or ')}.` : 'This route is closed, because it declares no policy.',
      { headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } },
    );
  }
}
