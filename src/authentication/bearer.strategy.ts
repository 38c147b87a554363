import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-custom';
import type { Principal } from '../access/principal.js';
import { principalOf } from '../access/request-origin.js';
import { SessionPrincipalsService } from '../sessions/session-principals.service.js';
import { AccessTokensService, referenceOf } from '../signing-keys/access-tokens.service.js';

/** The scheme is matched without regard to case (RFC 9110, section 11.1). */
const BEARER = /^bearer +(\S+) *$/i;

/**
 * `Authorization: Bearer <access token>` (RFC 6750, section 2.1): a JWT of ours, in the profile of RFC 9068. Its session must live, and its
 * roles are those of the user now, not of when it was issued: both are read with each request, and by the database's clock.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(
    private readonly accessTokens: AccessTokensService,
    private readonly principals: SessionPrincipalsService,
  ) {
    super();
  }

  /** The principal whom the request's token speaks for, or false when there is none, or it or its session is over. */
  async validate(request: FastifyRequest): Promise<Principal | false> {
    const [, token] = BEARER.exec(request.headers.authorization ?? '') ?? [];
    const claims = token && (await this.accessTokens.verify(token));
    const user = claims && (await this.principals.userOf(referenceOf(claims)));
    return user ? principalOf(user, request) : false;
  }
}
