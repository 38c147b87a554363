import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { sign, type KeyObject } from 'node:crypto';
import { v4 as uuid } from 'uuid';
import { Settings } from '../config/settings.js';
import { inSeconds } from '../kernel/date-time.js';
import { SigningKeys } from './signing-keys.service.js';

const TYPE = 'at+jwt';

/** For whom an access token is: a user, the client through which they signed in, and the session of both. */
export interface AccessTokenGrant {
  readonly subject: string;
  readonly clientId: string;
  /** UniqueId of the session. */
  readonly uniqueId: string;
  /** When the user last proved who they are, and how. */
  readonly authTime: Date;
  readonly amr: readonly string[];
  /** The time by the database's clock. */
  readonly now: Date;
}

/** The claims of an access token (RFC 9068, section 2.2). */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly client_id: string;
  readonly sid: string;
  readonly iat: number;
  readonly exp: number;
  readonly auth_time: number;
  readonly amr: readonly string[];
  readonly jti: string;
}

/** What the session of an access token is found by; times in seconds since 1970. */
export interface AccessTokenReference {
  /** UniqueId of the session. */
  readonly uniqueId: string;
  readonly subject: string;
  readonly clientId: string;
  readonly expires: number;
  readonly authTime: number;
}

/** What a token's claims say of itself and its session. */
export function referenceOf({ sid, sub, client_id, exp, auth_time }: AccessTokenClaims): AccessTokenReference {
  return { uniqueId: sid, subject: sub, clientId: client_id, expires: exp, authTime: auth_time };
}

/** Issues and verifies access tokens: JWT in the profile of RFC 9068, signed with ES256. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly settings: Settings,
  ) {}

  /** A signed access token that lives for ACCESS_TOKEN_TTL seconds. Roles are not in it: they are read fresh with each request. */
  async issue({ subject, clientId, uniqueId, authTime, amr, now }: AccessTokenGrant): Promise<string> {
    const { kid, privateKey } = await this.keys.current();
    const iat = inSeconds(now);
    const claims: AccessTokenClaims = {
      iss: this.settings.PUBLIC_URL,
      aud: this.settings.PUBLIC_URL,
      sub: subject,
      client_id: clientId,
      sid: uniqueId,
      iat,
      exp: iat + this.settings.ACCESS_TOKEN_TTL,
      auth_time: inSeconds(authTime),
      amr,
      jti: uuid(),
    };
    const signed = `${encode({ alg: 'ES256', typ: TYPE, kid })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  /** The public key that a token names, when it says that it is an access token; another type is refused (RFC 9068, section 4). */
  async verificationKey(token: string): Promise<KeyObject | undefined> {
    const header = protectedHeader(token);
    const isAccessToken = header?.typ !== undefined && /^(application\/)?at\+jwt$/i.test(header.typ);
    return isAccessToken && header.kid !== undefined ? this.keys.publicKey(header.kid) : undefined;
  }

  /** The claims of a token that we signed, expired or not: what that means is for the database's clock to say. */
  async verify(token: string): Promise<AccessTokenClaims | undefined> {
    const key = await this.verificationKey(token);
    if (!key) return undefined;
    const options = { issuer: this.settings.PUBLIC_URL, audience: this.settings.PUBLIC_URL, algorithms: ['ES256'] };
    const verified = await jwtVerify(token, key, { ...options, currentDate: new Date(0) }).catch(() => undefined);
    return verified?.payload as AccessTokenClaims | undefined;
  }
}

function protectedHeader(token: string): { typ?: string; kid?: string } | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
