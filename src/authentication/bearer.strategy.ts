import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ExtractJwt, Strategy, type SecretOrKeyProvider } from 'passport-jwt';
import type { Principal } from '../access/principal.js';
import { principalOf } from '../access/request-origin.js';
import { Settings } from '../config/settings.js';
import { SessionsService } from '../refresh-tokens/sessions.service.js';
import { AccessTokens, referenceOf, type AccessTokenClaims } from '../signing-keys/access-tokens.js';

/**
 * `Authorization: Bearer <access token>`: a JWT of ours, in the profile of RFC 9068. Its session must live, and its roles are those of
 * the user now, not of when it was issued: both are read with each request, and by the database's clock.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(
    settings: Settings,
    accessTokens: AccessTokens,
    private readonly sessions: SessionsService,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: ['ES256'],
      issuer: settings.PUBLIC_URL,
      audience: settings.PUBLIC_URL,
      // The session's query compares `exp` with the database's clock, which is the only clock.
      ignoreExpiration: true,
      passReqToCallback: true,
      secretOrKeyProvider: keyProvider(accessTokens),
    });
  }

  /** The principal whom a verified token speaks for, or false when the token or its session is over. */
  async validate(request: FastifyRequest, claims: AccessTokenClaims): Promise<Principal | false> {
    const user = await this.sessions.userOf(referenceOf(claims));
    return user ? principalOf(user, request) : false;
  }
}

function keyProvider(accessTokens: AccessTokens): SecretOrKeyProvider {
  return (_request, token: string, done) => {
    accessTokens.verificationKey(token).then(
      (key) => {
        // The library wants PEM or a KeyObject; its types know only the former.
        if (key) done(null, key as unknown as string);
        else done('The token is not an access token of this service.');
      },
      (error: unknown) => {
        done(error);
      },
    );
  };
}
