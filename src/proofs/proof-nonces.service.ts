import { Inject, Injectable } from '@nestjs/common';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKeys, type DerivedKey, type Secrets } from '../kernel/key-ring.js';
import { Settings } from '../config/settings.js';

/** How long each nonce is the current nonce, in seconds. */
const ROTATION = 60;
const TIME_BYTES = 6;
const MAC_BYTES = 16;
const FORM = /^[\w-]{30}$/;

/**
 * The nonces that clients put into their proofs (RFC 9449, section 8). A nonce is the time of its rotation and an HMAC of this time under a
 * key of the service's secret. So all replicas have the same nonces, accept each other's nonces, and store none.
 */
@Injectable()
export class ProofNoncesService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];
  /** How far the database's clock is ahead of the clock of this process, in milliseconds. */
  private lead = 0;
  private latest = { time: 0, text: '' };

  constructor(@Inject(Settings) secrets: Secrets) {
    this.keys = deriveKeys('dpop-nonce', secrets.TESSERA_SECRET, secrets.TESSERA_SECRET_PREVIOUS);
  }

  /** The nonce for the next proof of any client. */
  current(): string {
    const time = Math.floor((Date.now() + this.lead) / 1_000 / ROTATION) * ROTATION;
    if (this.latest.time !== time) this.latest = { time, text: nonceOf(time, this.keys[0]) };
    return this.latest.text;
  }

  /** When a nonce became the current nonce, in seconds since 1970; undefined when this service did not make the nonce. */
  timeOf(nonce: string): number | undefined {
    if (!FORM.test(nonce)) return undefined;
    const time = Buffer.from(nonce, 'base64url').readUIntBE(0, TIME_BYTES);
    const given = Buffer.from(nonce);
    return this.keys.some((key) => timingSafeEqual(Buffer.from(nonceOf(time, key)), given)) ? time : undefined;
  }

  /** Learns the time by the database's clock, which judges nonces. From then on, new nonces have the time of that clock. */
  learn(now: Date): void {
    this.lead = now.getTime() - Date.now();
  }
}

function nonceOf(time: number, { key }: DerivedKey): string {
  const bytes = Buffer.alloc(TIME_BYTES);
  bytes.writeUIntBE(time, 0, TIME_BYTES);
  const mac = createHmac('sha256', key).update(bytes).digest().subarray(0, MAC_BYTES);
  return Buffer.concat([bytes, mac]).toString('base64url');
}
