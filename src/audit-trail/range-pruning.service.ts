import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { StatementsService } from '../database/statements.service.js';
import { DELETE_RANGE, EXPIRED, PRUNE } from './seal.statements.js';
import { SealChainService, type Seal } from './seal-chain.service.js';

/** A seal whose events have expired, with the measured events of its range. */
interface Expired extends Seal, Record<string, unknown> {
  readonly foundCount: number;
  readonly foundDigest: string;
  readonly now: number;
}

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
      const [seal] = await this.statements.run<Expired>(EXPIRED, [seconds], manager);
      if (!seal) return undefined;
      if (!this.chain.isGenuine(seal)) {
        throw new Error(`Seal ${seal.id} was changed outside the service: see "audit verify".`);
      }
      return this.prune(seal, manager);
    });
  }

  private async prune(seal: Expired, manager: EntityManager): Promise<Pruned> {
    const range = [seal.fromId, seal.toId];
    const { count } = await this.statements.runForOne<{ count: number }>(DELETE_RANGE, range, manager);
    await this.statements.run(PRUNE, [seal.id, seal.now, this.chain.prune(seal, seal.now)], manager);
    if (seal.foundDigest === seal.digest) return { deleted: count };
    return { deleted: count, damage: `seal ${seal.id} covered ${seal.count} events, but ${count} were deleted` };
  }
}
