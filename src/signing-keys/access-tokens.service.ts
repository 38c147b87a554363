import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { hash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { Settings } from '../config/settings.js';
import { inSeconds } from '../kernel/date-time.js';
import { forgetOldest } from '../kernel/forget-oldest.js';
import { randomBytes } from '../kernel/random-bytes.js';
import type { AccessTokenClaims, Audience, ClientTokenClaims, SessionTokenClaims } from './access-token-claims.js';
import { hasExactSignature, isExactText, signExactly } from './exact-signature.js';
import type { KeyPair } from './key-pair.js';
import { SigningKeysService } from './signing-keys.service.js';

const TYPE = 'at+jwt';
const ACCESS_TOKEN = /^(application\/)?at\+jwt$/i;
/** How many verified tokens are remembered. Each takes about one kilobyte. */
const REMEMBERED = 10_000;

/** The facts in an access token: a user, the client at which the user signed in, and the session of both. */
export interface AccessTokenGrant {
  readonly subject: string;
  readonly clientId: string;
  readonly audience: Audience;
  /** UniqueId of the session. */
  readonly uniqueId: string;
  /** Generation of the refresh token that is issued with the access token. */
  readonly generation: number;
  /** How long the token is valid, in seconds. */
  readonly life: number;
  /** When and how the user was last authenticated. */
  readonly authTime: Date;
  readonly amr: readonly string[];
  /** The number of the latest cutoff that the sign-in saw; null when it saw none. */
  readonly cutoffsSeen: number | null;
  /** The thumbprint of the key to which the token is bound; undefined for a bearer token. */
  readonly jkt?: string | undefined;
  /** The time by the database's clock. */
  readonly now: Date;
}

/** The facts in an access token of a client itself (RFC 6749, section 4.4). */
interface ClientTokenGrant {
  /** The thumbprint of the key to which the token is bound; undefined for a bearer token. */
  readonly jkt?: string | undefined;
  readonly clientId: string;
  readonly audience: Audience;
  /** How long the token is valid, in seconds. */
  readonly life: number;
  /** The time by the database's clock. */
  readonly now: Date;
}

interface VerifiedToken {
  readonly kid: string;
  readonly claims: AccessTokenClaims;
}

/** Issues and verifies access tokens: JWT in the profile of RFC 9068, signed with ES256. */
@Injectable()
export class AccessTokensService {
  private readonly verified = new Map<string, VerifiedToken>();
  /** The encoded header of tokens that the current key signs. */
  private header = { kid: '', encoded: '' };

  constructor(
    private readonly keys: SigningKeysService,
    private readonly settings: Settings,
  ) {}

  /**
   * Returns a function that issues signed access tokens. The tokens contain no roles, because
   * each request reads the roles from the database. Only the call of `signer` can fail, not the returned function. So a caller that writes
   * before it issues a token calls `signer` before the write. `added` are claims that modules add.
   */
  async signer(): Promise<(grant: AccessTokenGrant, added?: object) => string> {
    const key = await this.keys.current();
    return (grant, added) => this.issue(grant, key, added);
  }

  private issue(
    { subject, clientId, audience, uniqueId, generation, life, authTime, amr, cutoffsSeen, now, jkt }: AccessTokenGrant,
    key: KeyPair,
    added?: object,
  ): string {
    const iat = inSeconds(now);
    const claims: SessionTokenClaims = {
      iss: this.settings.PUBLIC_URL,
      aud: audience,
      sub: subject,
      client_id: clientId,
      sid: uniqueId,
      generation,
      iat,
      exp: iat + life,
      auth_time: inSeconds(authTime),
      amr,
      jti: uuid({ random: randomBytes(16) }),
    };
    if (cutoffsSeen !== null) Object.assign(claims, { cutoffs_seen: cutoffsSeen });
    const bound = jkt === undefined ? claims : { ...claims, cnf: { jkt } };
    return this.sign(added ? { ...added, ...bound } : bound, key);
  }

  /** Issues an access token of a client itself. It names no session and no user (RFC 9068, section 2.2). */
  async ofClient({ clientId, audience, life, now, jkt }: ClientTokenGrant): Promise<string> {
    const iat = inSeconds(now);
    const claims: ClientTokenClaims = {
      iss: this.settings.PUBLIC_URL,
      aud: audience,
      sub: clientId,
      client_id: clientId,
      iat,
      exp: iat + life,
      jti: uuid({ random: randomBytes(16) }),
    };
    return this.sign(jkt === undefined ? claims : { ...claims, cnf: { jkt } }, await this.keys.current());
  }

  private sign(claims: object, { kid, privateKey }: KeyPair): string {
    if (this.header.kid !== kid) this.header = { kid, encoded: encode({ alg: 'ES256', typ: TYPE, kid }) };
    const signed = `${this.header.encoded}.${encode(claims)}`;
    return `${signed}.${signExactly(signed, privateKey)}`;
  }

  /**
   * The claims of a token that this service signed; undefined for any other token. The token may have expired: only the database's clock
   * decides that. It may be for another audience: the caller checks that. Verified claims are remembered by the token's digest, as long as the
   * service still accepts the key.
   */
  async verify(token: string): Promise<AccessTokenClaims | undefined> {
    const digest = hash('sha256', token, 'base64');
    const known = this.verified.get(digest);
    if (known && (await this.keys.publicKey(known.kid))) return known.claims;
    const verified = await this.verifySignature(token);
    if (verified) this.remember(digest, verified);
    return verified?.claims;
  }

  /** Whether a token is for this service: only such a token opens its routes. A token for another audience can be introspected and revoked. */
  isForService({ aud }: AccessTokenClaims): boolean {
    const { API_AUDIENCE: audience = this.settings.PUBLIC_URL } = this.settings;
    return [aud].flat().includes(audience);
  }

  /** Verifies type and signature. Other types of tokens are refused (RFC 9068, section 4), and so is another text of the same token. */
  private async verifySignature(token: string): Promise<VerifiedToken | undefined> {
    if (!isExactText(token)) return undefined;
    const { typ, kid } = protectedHeader(token);
    const key = typ !== undefined && ACCESS_TOKEN.test(typ) && kid !== undefined && (await this.keys.publicKey(kid));
    if (!key) return undefined;
    const options = { issuer: this.settings.PUBLIC_URL, algorithms: ['ES256'] };
    const verified = await jwtVerify(token, key, { ...options, currentDate: new Date(0) }).catch(() => undefined);
    const claims = verified && (verified.payload as unknown as AccessTokenClaims);
    return claims && (hasExactSignature(token) || isOfEarlierVersion(claims)) ? { kid, claims } : undefined;
  }

  /** Remembers a verified token. If there are too many, the oldest entry is forgotten. */
  private remember(digest: string, verified: VerifiedToken): void {
    this.verified.set(digest, verified);
    forgetOldest(this.verified, REMEMBERED);
  }
}

/** Earlier versions used either of the two signatures of a text. Their `jti` is a UUID of version 4; since then it has version 7. */
function isOfEarlierVersion({ jti }: AccessTokenClaims): boolean {
  return /^[\da-f-]{14}4/.test(jti);
}

function protectedHeader(token: string): { typ?: string; kid?: string } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return {};
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
