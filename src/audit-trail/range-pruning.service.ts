import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditSealsRepository } from './audit-seals.repository.js';
import type { ExpiredSeal } from './seal.js';
import { SealChainService } from './seal-chain.service.js';

/** The result of a deletion, and the damage found in the range, if any. */
export interface Pruned {
  readonly deleted: number;
  readonly damage?: string;
}

/** Deletes sealed events in whole ranges, oldest first, and records each deletion on the seal under a MAC. */
@Injectable()
export class RangePruningService {
  constructor(
    private readonly seals: AuditSealsRepository,
    private readonly chain: SealChainService,
  ) {}

  /**
   * Deletes the oldest range if all its events are older than this many seconds; undefined when there is no such range.
   * @throws Error when the seal is not genuine: its age may then be false
   */
  pruneOldest(seconds: number): Promise<Pruned | undefined> {
    return this.seals.transaction(async (manager) => {
      const seal = await this.seals.lockExpired(seconds, manager);
      if (!seal) return undefined;
      if (!this.chain.isGenuine(seal)) {
        throw new Error(`Seal ${seal.id} was changed outside the service: see "audit verify".`);
      }
      return this.prune(seal, manager);
    });
  }

  private async prune(seal: ExpiredSeal, manager: EntityManager): Promise<Pruned> {
    const deleted = await this.seals.deleteRange(seal, manager);
    await this.seals.prune(seal, this.chain.prune(seal, seal.now), manager);
    if (this.chain.isIntact(seal)) return { deleted };
    return { deleted, damage: `seal ${seal.id} covered ${seal.count} events, but ${deleted} were deleted` };
  }
}
