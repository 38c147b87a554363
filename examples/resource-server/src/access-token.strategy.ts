import { type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { createRemoteJWKSet, decodeProtectedHeader } from 'jose';
import { KeyObject } from 'node:crypto';
import { ExtractJwt, Strategy, type SecretOrKeyProvider } from 'passport-jwt';
import { EndedSessionsService } from './ended-sessions.service.js';
import { CHALLENGE, ProofsService, type ProvenRequest } from './proofs.service.js';
import { Settings } from './settings.js';

/** The claims of an access token: its user (`sub`), client (`client_id`) and session (`sid`). */
export interface AccessToken {
  readonly sub: string;
  readonly client_id: string;
  readonly sid: string;
  /** The key to which the token is bound (RFC 9449, section 6). */
  readonly cnf?: { readonly jkt: string };
}

const BEARER = ExtractJwt.fromAuthHeaderAsBearerToken();
const DPOP = ExtractJwt.fromAuthHeaderWithScheme('DPoP');

/**
 * Accepts access tokens by their signature, issuer, audience and expiry, without a request to Tessera. It reads the key set once, and again
 * when a token names a key that is not in the set. The token of an ended session is refused as soon as the feed of ended sessions names it.
 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy) {
  constructor(
    { issuer }: Settings,
    private readonly ended: EndedSessionsService,
    private readonly proofs: ProofsService,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromExtractors([BEARER, DPOP]),
      secretOrKeyProvider: keysOf(issuer),
      algorithms: ['ES256'],
      issuer,
      audience: issuer,
      passReqToCallback: true,
    });
  }

  /**
   * The result becomes `request.user`. A token that is bound to a key is good only in the scheme DPoP, with a proof of the key for this
   * request. Any other token is good only in the scheme Bearer.
   */
  async validate(request: ProvenRequest, token: AccessToken): Promise<AccessToken | false> {
    if (this.ended.has(token.sid)) throw new UnauthorizedException('The session has ended.');
    const bound = DPOP(request);
    if (!token.cnf) return bound === null ? token : false;
    return bound !== null && (await this.proofs.isProven(request, bound, token.cnf.jkt)) ? token : false;
  }
}

/** 401 without a good access token, with the challenges of RFC 6750, section 3, and RFC 9449, section 7.1. */
@Injectable()
export class AccessTokenGuard extends AuthGuard('jwt') {
  override handleRequest<T>(error: unknown, user: T | false, _reason: unknown, context: ExecutionContext): T {
    if (!error && user) return user;
    const response = context.switchToHttp().getResponse<{ setHeader(name: string, value: string): void }>();
    response.setHeader('www-authenticate', CHALLENGE);
    throw (error as Error | null) ?? new UnauthorizedException();
  }
}

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
