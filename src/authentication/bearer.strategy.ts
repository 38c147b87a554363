import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { decodeProtectedHeader } from 'jose';
import type { KeyObject } from 'node:crypto';
import { ExtractJwt, Strategy, type SecretOrKeyProvider } from 'passport-jwt';
import type { Principal } from '../access/principal.js';
import { Settings } from '../config/settings.js';
import { SigningKeys } from '../signing-keys/signing-keys.service.js';
import { UsersService } from '../users/users.service.js';
import { toPrincipal } from './principal-of-user.js';

/** `Authorization: Bearer <access token>`: a JWT of ours, in the profile of RFC 9068. Roles are read fresh, not from the token. */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(
    settings: Settings,
    keys: SigningKeys,
    private readonly users: UsersService,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: ['ES256'],
      issuer: settings.PUBLIC_URL,
      audience: settings.PUBLIC_URL,
      secretOrKeyProvider: keyProvider(keys),
    });
  }

  /** The user whom a verified token speaks for, or false when there is none or they are disabled. */
  async validate({ sub, exp }: { sub?: unknown; exp?: unknown }): Promise<Principal | false> {
    // The library takes a token without `exp` for one that never expires; RFC 9068, section 2.2 wants it there.
    const user = typeof sub === 'string' && exp !== undefined ? await this.users.find(sub) : null;
    return user?.enabled ? toPrincipal(user) : false;
  }
}

function keyProvider(keys: SigningKeys): SecretOrKeyProvider {
  return (_request, token: string, done) => {
    const key = verificationKey(keys, token);
    // The library wants PEM or a KeyObject; its types know only the former.
    if (key) done(null, key as unknown as string);
    else done('The token is not an access token of this service.');
  };
}

/** RFC 9068, section 4: a token of another type than `at+jwt` is no access token. */
function verificationKey(keys: SigningKeys, token: string): KeyObject | undefined {
  try {
    const { typ, kid } = decodeProtectedHeader(token);
    const isAccessToken = typ !== undefined && /^(application\/)?at\+jwt$/i.test(typ);
    return isAccessToken && kid !== undefined ? keys.publicKey(kid) : undefined;
  } catch {
    return undefined;
  }
}
