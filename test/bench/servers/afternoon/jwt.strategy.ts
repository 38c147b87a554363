import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';

/** The user of a token that this server signed. Nothing is looked up. */
export interface CurrentUser {
  readonly email: string;
}

@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: ['ES256'],
      secretOrKey: process.env['PUBLIC_KEY'] ?? '',
    });
  }

  validate({ sub }: { sub: string }): CurrentUser {
    return { email: sub };
  }
}
