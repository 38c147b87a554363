import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { policyOf } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { NONCE_HEADER } from '../proofs/proof-failures.js';
import { ReadAheadsService, type RouteAhead } from '../sessions/read-aheads.service.js';
import { VerificationFault } from './jwt-verifier.js';
import { unauthorized } from './unauthorized.js';

/**
 * Finds out who makes a request, on every route that is not public. The strategy `tessera-client` of `oauth/` passes a
 * request on, unless a registered client sends it to a route for clients.
 */
@Injectable()
export class AuthenticationGuard extends AuthGuard(['tessera-bearer', 'tessera-client', 'tessera-basic']) {
  constructor(
    private readonly reflector: Reflector,
    private readonly aheads: ReadAheadsService,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (policyOf(this.reflector, context.getHandler(), context.getClass()) === 'public') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    request.routeAhead = this.aheads.routeOf(context.getHandler());
    const isAuthenticated = (await super.canActivate(context)) as boolean;
    const { dpopNonce } = request;
    if (dpopNonce !== undefined) void http.getResponse<FastifyReply>().header(NONCE_HEADER, dpopNonce);
    return isAuthenticated;
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

declare module 'fastify' {
  interface FastifyRequest {
    /** The nonce for the next DPoP proof of the client, if it needs another one. */
    dpopNonce?: string;
    /** How the route reads what it shows with the session of the user; undefined for most routes. */
    routeAhead?: RouteAhead | undefined;
  }
}
