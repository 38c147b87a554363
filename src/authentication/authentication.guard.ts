import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { policyOf } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { AppError } from '../kernel/app-error.js';
import { isDatabaseBusy, isDatabaseUnreachable } from '../kernel/database-failures.js';

/** Finds out who makes a request, on every route that is not public. */
@Injectable()
export class AuthenticationGuard extends AuthGuard(['bearer', 'basic']) {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (policyOf(this.reflector, context.getHandler(), context.getClass()) === 'public') return true;
    return (await super.canActivate(context)) as boolean;
  }

  /** Passport's verdict: the principal, an error on the way to it, or nobody. */
  override handleRequest<T = Principal>(error: unknown, user: T | false, info: unknown, context: ExecutionContext): T {
    // passport-jwt takes a database that is away for a key that is not there, and tells it among the refusals.
    const fault = error ?? [info].flat().find((reason) => isDatabaseUnreachable(reason) || isDatabaseBusy(reason));
    if (fault) throw fault as Error;
    if (!user) throw unauthorized(context.switchToHttp().getRequest<FastifyRequest>());
    return user;
  }
}

/** 401 with the challenges of RFC 6750, section 3 and RFC 7617, section 2: all reasons look alike. */
function unauthorized(request: FastifyRequest): AppError {
  const [scheme] = (request.headers.authorization ?? '').toLowerCase().split(' ');
  const bearer = scheme === 'bearer' ? 'Bearer error="invalid_token"' : 'Bearer';
  const challenge = scheme === 'basic' ? `${bearer}, Basic realm="Tessera", charset="UTF-8"` : bearer;
  const message = scheme
    ? 'The credentials are not valid, or no longer.'
    : 'Sign in: this needs a Bearer token or Basic credentials.';
  return new AppError('unauthorized', 401, message, { headers: { 'www-authenticate': challenge } });
}
