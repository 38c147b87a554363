import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { StatementsService } from '../database/statements.service.js';
import { DELETE_RANGE, EXPIRED, PRUNE, type ExpiredSeal } from './seal.statements.js';
import { SealChainService } from './seal-chain.service.js';

/** What was deleted, and what was wrong with it. */
export interface Pruned {
  readonly deleted: number;
  readonly damage?: string;
}

/** Deletes sealed events, a whole range at a time and the oldest first, and says so on the seal under a MAC. */
@Injectable()
export class RangePruningService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
    private readonly chain: SealChainService,
  ) {}

  /**
   * Deletes the oldest range if all of its events are older than so many seconds; undefined when there is none.
   * @throws Error when its seal is not genuine: what that says of the age of the events may be false
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
    return { deleted: count, damage: `seal ${seal.id} was on ${seal.count} events, and ${count} were deleted` };
  }
}
