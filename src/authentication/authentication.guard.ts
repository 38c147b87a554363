import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { policyOf } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { AppError } from '../kernel/app-error.js';
import { VerificationFault } from './jwt-verifier.js';

/**
 * Finds out who makes a request, on every route that is not public. The strategy `tessera-client` of `oauth/` passes a
 * request on, unless a registered client sends it to a route for clients.
 */
@Injectable()
export class AuthenticationGuard extends AuthGuard(['tessera-bearer', 'tessera-client', 'tessera-basic']) {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (policyOf(this.reflector, context.getHandler(), context.getClass()) === 'public') return true;
    return (await super.canActivate(context)) as boolean;
  }

  /**
   * Handles Passport's result: an error, the principal, or each strategy's reason for its refusal. A strategy also refuses when the
   * verification had no result. Its reason is then a `VerificationFault`.
   */
  override handleRequest<T = Principal>(
    error: unknown,
    user: T | false,
    reasons: unknown,
    context: ExecutionContext,
  ): T {
    if (error) throw error as Error;
    if (user) return user;
    const fault = [reasons].flat().find((reason) => reason instanceof VerificationFault);
    throw fault ? (fault.cause as Error) : unauthorized(context.switchToHttp().getRequest<FastifyRequest>());
  }
}

/** 401 with the challenges of RFC 6750, section 3 and RFC 7617, section 2. The response does not show the reason. */
function unauthorized(request: FastifyRequest): AppError {
  const [scheme] = (request.headers.authorization ?? '').toLowerCase().split(' ');
  const bearer = scheme === 'bearer' ? 'Bearer error="invalid_token"' : 'Bearer';
  const challenge = scheme === 'basic' ? `${bearer}, Basic realm="Tessera", charset="UTF-8"` : bearer;
  const message = scheme
    ? 'The credentials are not valid, or no longer.'
    : 'Sign in: this needs a Bearer token or Basic credentials.';
  return new AppError('unauthorized', 401, message, { headers: { 'www-authenticate': challenge } });
}
