import { Injectable } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { createRemoteJWKSet, decodeProtectedHeader } from 'jose';
import { KeyObject } from 'node:crypto';
import { ExtractJwt, Strategy, type SecretOrKeyProvider } from 'passport-jwt';
import { Settings } from './settings.js';

/** What an access token says: whose it is (`sub`), of which client, and of which session (`sid`). */
export interface AccessToken {
  readonly sub: string;
  readonly client_id: string;
  readonly sid: string;
}

/**
 * Accepts access tokens by their signature, issuer, audience and expiry, without a request to Tessera: the key set is read once, and again
 * when a token names a key that is not in it. A session that has ended is noticed when its token expires, an hour later at most.
 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy) {
  constructor({ issuer }: Settings) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: keysOf(issuer),
      algorithms: ['ES256'],
      issuer,
      audience: issuer,
    });
  }

  /** What becomes `request.user`. */
  validate(token: AccessToken): AccessToken {
    return token;
  }
}

/** 401 without a good access token. */
export const AccessTokenGuard = AuthGuard('jwt');

/** The key that a token names. Another type of JWT by the same key is refused (RFC 9068, section 4). */
function keysOf(issuer: string): SecretOrKeyProvider {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const keyOf = async (token: string): Promise<KeyObject> => {
    const header = decodeProtectedHeader(token);
    if (header.typ !== 'at+jwt') throw new Error('This is no access token.');
    return KeyObject.from(await keys(header));
  };
  return (_request, token: string, done) => {
    keyOf(token).then(
      (key) => {
        done(null, key as unknown as Buffer);
      },
      (error: unknown) => {
        done(error);
      },
    );
  };
}
