import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey, type Secrets } from '../kernel/key-ring.js';
import { isMacOf, macOf } from '../kernel/mac.js';

/** What a link of the chain is made of. Times are whole seconds since 1970. */
export interface SealContent {
  readonly id: number;
  readonly version: number;
  readonly fromId: number;
  readonly toId: number;
  readonly count: number;
  readonly newestOn: number;
  readonly digest: string;
  readonly previous: string;
  readonly createdOn: number;
}

/** A seal as it is stored. */
export interface Seal extends SealContent {
  readonly link: string;
  readonly mac: string;
  readonly prunedOn: number | null;
  readonly prunedMac: string | null;
}

/** SQL: the columns of a `Seal`, of the table `s`. */
export const SEAL_COLUMNS = `s.id, s.version, s.from_id AS "fromId", s.to_id AS "toId", s.count,
  extract(epoch FROM s.newest_on)::float8 AS "newestOn", s.digest, s.previous, s.link, s.mac,
  extract(epoch FROM s.created_on)::float8 AS "createdOn", extract(epoch FROM s.pruned_on)::float8 AS "prunedOn",
  s.pruned_mac AS "prunedMac"`;

/**
 * How seals hang together. A link is a hash of a range's events and of the link before it: one that was noted elsewhere vouches for all
 * before it, under any secret. The MAC of a link says that the service made it.
 */
@Injectable()
export class SealChainService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(@Inject(Settings) secrets: Secrets) {
    this.keys = deriveKeys('audit-seal', secrets.TESSERA_SECRET, secrets.TESSERA_SECRET_PREVIOUS);
  }

  /** Whether seals of earlier secrets may exist. */
  get hasEarlierKeys(): boolean {
    return this.keys.length > 1;
  }

  /** The link of a new seal, and its MAC. */
  link(content: SealContent): { link: string; mac: string } {
    const link = linkOf(content);
    return { link, mac: this.sign('seal', link) };
  }

  /** The MAC of the fact that the events up to a seal were deleted at a time. */
  prune({ link }: Seal, prunedOn: number): string {
    return this.sign('pruned', link, prunedOn);
  }

  /** Whether the service made this seal as it is. */
  isGenuine(seal: Seal): boolean {
    return linkOf(seal) === seal.link && this.isSigned(seal.mac, 'seal', seal.link);
  }

  /** Whether the service deleted the events up to this seal. */
  isLawfullyPruned({ link, prunedOn, prunedMac }: Seal): boolean {
    return prunedOn !== null && prunedMac !== null && this.isSigned(prunedMac, 'pruned', link, prunedOn);
  }

  /** The MACs of a genuine seal under the present secret. */
  renew(seal: Seal): { mac: string; prunedMac: string | null } {
    const prunedMac = this.isLawfullyPruned(seal) ? this.prune(seal, seal.prunedOn ?? 0) : seal.prunedMac;
    return { mac: this.sign('seal', seal.link), prunedMac };
  }

  private sign(...content: readonly (string | number)[]): string {
    return macOf(JSON.stringify(content), this.keys[0]);
  }

  private isSigned(mac: string, ...content: readonly (string | number)[]): boolean {
    return isMacOf(JSON.stringify(content), mac, this.keys);
  }
}

function linkOf({ id, version, fromId, toId, count, newestOn, digest, previous, createdOn }: SealContent): string {
  const content = [version, id, fromId, toId, count, newestOn, createdOn, digest, previous];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
