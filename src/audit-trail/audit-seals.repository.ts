import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { ExpiredSeal, Latest, MeasuredSeal, Range, Seal, SealContent } from './seal.js';
import {
  DELETE_RANGE,
  EXPIRED,
  INSERT,
  LATEST,
  LOCK_UNSEALED,
  MEASURE,
  MEASURED_FROM,
  NEWEST,
  OUTSIDE,
  PRUNE,
  RENEW,
  SEALS_FROM,
  UNSEALED_AGE,
} from './seal.statements.js';

const UNSEALED_LOCK = 7_497_320_185_003;

/** A seal as it was read, and its new MACs. */
export interface RenewedSeal {
  readonly seal: Seal;
  readonly mac: string;
  readonly prunedMac: string | null;
  readonly erasedMac: string | null;
}

/** Numbers of events that no seal covers. */
export interface Outside {
  /** With ids before those of the first seal. */
  readonly before: number;
  /** With ids that were not assigned yet. */
  readonly ahead: number;
  /** After the last seal. */
  readonly unsealed: number;
}

/** The seals of the audit trail, and the events of their ranges. */
@Injectable()
export class AuditSealsRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
  ) {}

  /** Runs work in a transaction. A seal that the work locks stays locked until the end. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Runs work in a transaction beside which nothing is sealed, and no event without a seal is changed. */
  exclusively<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.transaction(async (manager) => {
      await this.statements.run(LOCK_UNSEALED, { lock: UNSEALED_LOCK }, manager);
      return work(manager);
    });
  }

  /** The newest seal, and the present link of the seal with the number `earlier`; undefined when there is no seal. */
  latest(earlier: number): Promise<Latest | undefined> {
    return this.statements.runForFirst(LATEST, { earlier });
  }

  /** The number of the newest seal, or 0. */
  async newest(): Promise<number> {
    return (await this.statements.runForFirst(NEWEST, {}))?.id ?? 0;
  }

  /** Digests up to `limit` events from one id up to another, under a version of the digest. */
  measure({ fromId, upTo, limit, version }: GivenTo<typeof MEASURE>, manager: EntityManager): Promise<Range> {
    return this.statements.runForOne(MEASURE, { fromId, upTo, limit, version }, manager);
  }

  /** Adds a seal unless one has its number, and returns whether it did. */
  async insert(
    content: SealContent,
    { link, mac }: Pick<Seal, 'link' | 'mac'>,
    manager: EntityManager,
  ): Promise<boolean> {
    return (await this.statements.runForCount(INSERT, { ...content, link, mac }, manager)) === 1;
  }

  /** The seals after the seal with this number, in their order. */
  after(id: number, limit: number): Promise<Seal[]> {
    return this.statements.run(SEALS_FROM, { after: id, limit });
  }

  /** Like `after`, each with the number and digest of the events that are now in its range. */
  measuredAfter(id: number, limit: number, manager?: EntityManager): Promise<MeasuredSeal[]> {
    return this.statements.run(MEASURED_FROM, { after: id, limit }, manager);
  }

  /** Replaces the MACs of seals, in one statement. A seal whose MAC changed since it was read keeps its MACs. */
  renew(renewed: readonly RenewedSeal[]): Promise<unknown> {
    const batch = renewed.map(({ seal, mac, prunedMac, erasedMac }) => {
      const earlier = { earlierMac: seal.mac, earlierErasedMac: seal.erasedMac };
      return { id: seal.id, ...earlier, mac, prunedMac, erasedMac };
    });
    return this.statements.run(RENEW, { batch });
  }

  /** Locks the oldest seal whose events exist, if all are older than `seconds`. Undefined also when another process has locked the seal. */
  lockExpired(seconds: number, manager: EntityManager): Promise<ExpiredSeal | undefined> {
    return this.statements.runForFirst(EXPIRED, { seconds }, manager);
  }

  /** Deletes the events of the range of a seal, and returns their number. */
  async deleteRange({ fromId, toId }: Seal, manager: EntityManager): Promise<number> {
    return (await this.statements.runForOne(DELETE_RANGE, { fromId, toId }, manager)).count;
  }

  /** Records on a seal when its events were deleted, with this MAC, and deletes the seals before it, which are no longer needed. */
  prune({ id, now: prunedOn }: ExpiredSeal, prunedMac: string, manager: EntityManager): Promise<unknown> {
    return this.statements.run(PRUNE, { id, prunedOn, prunedMac }, manager);
  }

  /** The age of the oldest event without a seal, in seconds; 0 when every event has one. */
  async unsealedAge(): Promise<number> {
    return (await this.statements.runForFirst(UNSEALED_AGE, {}))?.value ?? 0;
  }

  /** Counts the events outside of the chain of seals. */
  outside(): Promise<Outside> {
    return this.statements.runForOne(OUTSIDE, {});
  }
}
