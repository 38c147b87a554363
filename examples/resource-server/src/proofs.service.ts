import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWK } from 'jose';
import { createHash } from 'node:crypto';
import { Settings } from './settings.js';

/** The algorithms of proofs, as a challenge names them. */
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA', 'PS256', 'RS256'];
/** How old a proof may be, and by how much the clock of a client may be ahead, in seconds. */
const AGE = 60;
const AHEAD = 5;

/** The challenge for a request without a good token (RFC 9449, section 7.1). */
export const CHALLENGE = `Bearer, DPoP algs="${ALGORITHMS.join(' ')}"`;

/** A request with an access token. */
export interface ProvenRequest {
  readonly method: string;
  /** Path and query. */
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Checks the DPoP proofs of requests (RFC 9449, section 4.3). */
@Injectable()
export class ProofsService {
  /** The proofs that were used, each with the time until which it would be good, in milliseconds; the oldest first. */
  private readonly used = new Map<string, number>();
  private readonly origin: string;

  constructor({ url }: Settings) {
    this.origin = new URL(url).origin;
  }

  /**
   * Whether a request has a proof for its method and URL and for this token, by the key with this thumbprint. Each proof is good once. The
   * proofs are remembered in this process: several processes need a store that they share.
   */
  async isProven(
    { method, originalUrl, headers: { dpop } }: ProvenRequest,
    token: string,
    jkt: string,
  ): Promise<boolean> {
    if (typeof dpop !== 'string') return false;
    const { jti, htm, htu, ath } = await this.read(dpop, jkt);
    const isOfRequest = htm === method && withoutQuery(htu) === withoutQuery(this.origin + originalUrl);
    const isOfToken = ath === createHash('sha256').update(token).digest('base64url');
    if (!isOfRequest || !isOfToken || typeof jti !== 'string' || jti === '') return false;
    return this.useOnce(`${jkt} ${jti}`);
  }

  /** The claims of a recent proof by the key of a token. Without such a proof, there are none. */
  private async read(proof: string, jkt: string): Promise<Readonly<Record<string, unknown>>> {
    try {
      const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
        typ: 'dpop+jwt',
        algorithms: ALGORITHMS,
        maxTokenAge: AGE,
        clockTolerance: AHEAD,
        requiredClaims: ['jti', 'htm', 'htu', 'ath'],
      });
      return (await calculateJwkThumbprint(protectedHeader.jwk as JWK)) === jkt ? payload : {};
    } catch {
      return {};
    }
  }

  private useOnce(proof: string): boolean {
    const now = Date.now();
    for (const [earlier, until] of this.used) {
      if (until > now) break;
      this.used.delete(earlier);
    }
    if (this.used.has(proof)) return false;
    this.used.set(proof, now + (AGE + 2 * AHEAD) * 1_000);
    return true;
  }
}

/** A URL without query and fragment, in one spelling. */
function withoutQuery(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
