import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { StatementsService } from '../database/statements.service.js';
import { DELETE_RANGE, EXPIRED, PRUNE, type ExpiredSeal } from './seal.statements.js';
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
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
    private readonly chain: SealChainService,
  ) {}

  /**
   * Deletes the oldest range if all its events are older than this many seconds; undefined when there is no such range.
   * @throws Error when the seal is not genuine: its age may then be false
   */
  pruneOldest(seconds: number): Promise<Pruned | undefined> {
    return this.dataSource.transaction(async (manager) => {
      const [seal] = await this.statements.run(EXPIRED, { seconds }, manager);
      if (!seal) return undefined;
      if (!this.chain.isGenuine(seal)) {
        throw new Error(`Seal ${seal.id} was changed outside the service: see "audit verify".`);
      }
      return this.prune(seal, manager);
    });
  }

  private async prune(seal: ExpiredSeal, manager: EntityManager): Promise<Pruned> {
    const { id, fromId, toId, now: prunedOn } = seal;
    const { count } = await this.statements.runForOne(DELETE_RANGE, { fromId, toId }, manager);
    await this.statements.run(PRUNE, { id, prunedOn, prunedMac: this.chain.prune(seal, prunedOn) }, manager);
    if (seal.foundDigest === seal.digest) return { deleted: count };
    return { deleted: count, damage: `seal ${seal.id} covered ${seal.count} events, but ${count} were deleted` };
  }
}
