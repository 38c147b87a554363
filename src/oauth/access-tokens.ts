import { Injectable } from '@nestjs/common';
import { sign } from 'node:crypto';
import { v4 as uuid } from 'uuid';
import { Settings } from '../config/settings.js';
import { SigningKeys } from '../signing-keys/signing-keys.service.js';

/** For whom an access token is: the user, and the client through which they signed in. */
export interface AccessTokenGrant {
  readonly subject: string;
  readonly clientId: string;
  /** When the user last proved who they are. */
  readonly authTime: Date;
}

/** Issues access tokens: JWT in the profile of RFC 9068, signed with ES256. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly settings: Settings,
  ) {}

  /** A signed access token that lives for ACCESS_TOKEN_TTL seconds. Roles are not in it: they are read fresh with each request. */
  issue({ subject, clientId, authTime }: AccessTokenGrant): string {
    const { kid, privateKey } = this.keys.current();
    const issuedAt = inSeconds(new Date());
    const header = encode({ alg: 'ES256', typ: 'at+jwt', kid });
    const claims = encode({
      iss: this.settings.PUBLIC_URL,
      aud: this.settings.PUBLIC_URL,
      sub: subject,
      client_id: clientId,
      iat: issuedAt,
      exp: issuedAt + this.settings.ACCESS_TOKEN_TTL,
      auth_time: inSeconds(authTime),
      jti: uuid(),
    });
    const signature = sign('sha256', Buffer.from(`${header}.${claims}`), {
      key: privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    return `${header}.${claims}.${signature.toString('base64url')}`;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function inSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}
