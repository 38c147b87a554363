import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey, type Secrets } from '../kernel/key-ring.js';
import { isMacOf, macOf } from '../kernel/mac.js';
import type { MeasuredSeal, RangeErasure, Seal, SealContent } from './seal.js';

/**
 * Makes and checks the chain of seals. A link is a hash of a range's events and of the previous link. So a link that was noted elsewhere
 * proves all links before it, under any secret. The MAC of a link proves that the service made the link.
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

  /** The MAC of the statement that the events up to this seal were deleted at this time. */
  prune({ link }: Seal, prunedOn: number): string {
    return this.sign('pruned', link, prunedOn);
  }

  /** Whether the service made this seal, and the seal is unchanged. */
  isGenuine(seal: Seal): boolean {
    return linkOf(seal) === seal.link && this.isSigned(seal.mac, 'seal', seal.link);
  }

  /** Whether the service deleted the events up to this seal. */
  isLawfullyPruned({ link, prunedOn, prunedMac }: Seal): boolean {
    return prunedOn !== null && prunedMac !== null && this.isSigned(prunedMac, 'pruned', link, prunedOn);
  }

  /** The MAC of the statement that these erasures, and nothing else, changed the events of this seal. */
  erase({ link }: Seal, erasures: readonly RangeErasure[]): string {
    return this.sign('erased', link, ...factsOf(erasures));
  }

  /** Whether the service made all erasures that the seal lists. */
  isLawfullyErased({ link, erasures, erasedMac }: Seal): boolean {
    if (erasures === null) return true;
    return erasedMac !== null && this.isSigned(erasedMac, 'erased', link, ...factsOf(erasures));
  }

  /** Whether the present events of a seal are those that the service wrote: as they were sealed, or as its last erasure left them. */
  isIntact(seal: MeasuredSeal): boolean {
    const { digest } = seal.erasures?.at(-1) ?? seal;
    return this.isLawfullyErased(seal) && seal.foundDigest === digest;
  }

  /** The MACs of a genuine seal under the current secret. */
  renew(seal: Seal): Pick<Seal, 'mac' | 'prunedMac' | 'erasedMac'> {
    const prunedMac = this.isLawfullyPruned(seal) ? this.prune(seal, seal.prunedOn ?? 0) : seal.prunedMac;
    const { erasures } = seal;
    const erasedMac = erasures && this.isLawfullyErased(seal) ? this.erase(seal, erasures) : seal.erasedMac;
    return { mac: this.sign('seal', seal.link), prunedMac, erasedMac };
  }

  private sign(...content: readonly (string | number)[]): string {
    return macOf(JSON.stringify(content), this.keys[0]);
  }

  private isSigned(mac: string, ...content: readonly (string | number)[]): boolean {
    return isMacOf(JSON.stringify(content), mac, this.keys);
  }
}

function factsOf(erasures: readonly RangeErasure[]): (string | number)[] {
  return erasures.flatMap(({ pseudonym, digest, events, erasedOn }) => [pseudonym, digest, events, erasedOn]);
}

function linkOf({ id, version, fromId, toId, count, newestOn, digest, previous, createdOn }: SealContent): string {
  const content = [version, id, fromId, toId, count, newestOn, createdOn, digest, previous];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
