import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { JobsService } from '../jobs/jobs.service.js';
import { AuditSealsRepository } from './audit-seals.repository.js';
import { DamageReportsService } from './damage-reports.service.js';
import type { Latest, Seal, SealContent } from './seal.js';
import { SealChainService } from './seal-chain.service.js';
import { SEAL_VERSION } from './sealed-columns.js';
import { SettledIdsService } from './settled-ids.service.js';

const EVERY_SECONDS = 60;
/** The most events of one seal: as many as retention deletes in one batch. */
const BATCH_SIZE = 1_000;
/** A trail that existed before seals were introduced is sealed in many runs. Other jobs run between them. */
const BATCHES_PER_RUN = 200;
const HEAD_LOGGED_EVERY_MS = 3_600_000;
const FIRST_ID = 1;

type Head = Pick<Seal, 'id' | 'link'>;

/** A range to seal after the last seal: at most `size` events, from one id up to another. */
interface NextRange {
  readonly last: Latest | undefined;
  readonly fromId: number;
  readonly upTo: number;
  readonly size: number;
}

/** The number of the events of a range, and the new head of the chain; without a head if no seal was added. */
interface SealedRange {
  readonly count: number;
  readonly head?: Head;
}

/** Seals the audit trail: each minute a range of events gets a link of the chain. After that, every change of these events is detected. */
@Injectable()
export class AuditSealsJob implements OnModuleInit {
  private readonly logger = new Logger(AuditSealsJob.name);
  /** The newest seal that this process saw. */
  private head: Head | undefined;
  private headLoggedAt = -Infinity;
  /** The number of the last seal whose MACs are under the current secret. */
  private renewedUpTo = 0;

  constructor(
    private readonly seals: AuditSealsRepository,
    private readonly jobs: JobsService,
    private readonly chain: SealChainService,
    private readonly settled: SettledIdsService,
    private readonly damages: DamageReportsService,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'audit-seal',
      description: 'Seals new events of the audit trail, so that later changes of them are detected.',
      every: EVERY_SECONDS,
      batchSize: BATCH_SIZE,
      batchesPerRun: BATCHES_PER_RUN,
      batch: (size) => this.sealSome(size),
    });
  }

  private async sealSome(size: number): Promise<number> {
    if (this.chain.hasEarlierKeys && (await this.renewSome(size)) === size) return size;
    const last = await this.latest();
    const fromId = last ? last.toId + 1 : FIRST_ID;
    const upTo = await this.settled.from(fromId);
    if (upTo === undefined) return 0;
    const { count, head } = await this.seals.exclusively((manager) =>
      this.sealRange({ last, fromId, upTo, size }, manager),
    );
    if (count < size) this.settled.forget();
    if (head) this.see(head);
    return count;
  }

  /** Seals the next range. Another process may have added the same seal a moment ago. If so, that seal is kept. */
  private async sealRange({ last, fromId, upTo, size }: NextRange, manager: EntityManager): Promise<SealedRange> {
    const range = await this.seals.measure({ fromId, upTo, limit: size, version: SEAL_VERSION }, manager);
    const { count, newestOn, digest, createdOn } = range;
    if (count === 0) return { count };
    const content: SealContent = {
      ...{ count, newestOn, digest, createdOn },
      id: (last?.id ?? 0) + 1,
      version: SEAL_VERSION,
      fromId,
      // No new event can get an id up to `upTo`. So a range that is not full ends there, even if its last ids are unused.
      toId: count < size ? upTo : range.toId,
      previous: last?.link ?? '',
    };
    const signed = this.chain.link(content);
    const isAdded = await this.seals.insert(content, signed, manager);
    return isAdded ? { count, head: { id: content.id, link: signed.link } } : { count };
  }

  /** Returns the newest seal. If the chain has lost a seal that this process saw, the loss is reported. */
  private async latest(): Promise<Latest | undefined> {
    const last = await this.seals.latest(this.head?.id ?? 0);
    const { head } = this;
    const isShorter = head !== undefined && (last?.id ?? 0) < head.id;
    const isOther = head !== undefined && last?.known !== null && last?.known !== head.link;
    if (head && (isShorter || isOther)) await this.damages.report('chain-replaced', `seal ${head.id} is gone`);
    this.head = last && { id: last.id, link: last.link };
    return last;
  }

  /**
   * Logs the head. The log is stored elsewhere, so `audit verify --from-head` with a head from the log detects that the end was cut off.
   */
  private see(head: Head): void {
    this.head = head;
    const isDue = performance.now() - this.headLoggedAt > HEAD_LOGGED_EVERY_MS;
    if (isDue) this.headLoggedAt = performance.now();
    const line = `The head of the audit trail is ${head.id}:${head.link}`;
    if (isDue) this.logger.log(line);
    else this.logger.debug(line);
  }

  /** Renews the MACs after a change of TESSERA_SECRET. Seals that are not genuine stay unchanged. */
  private async renewSome(size: number): Promise<number> {
    const seals = await this.seals.after(this.renewedUpTo, size);
    const changed = seals
      .filter((seal) => this.chain.isGenuine(seal))
      .map((seal) => ({ seal, ...this.chain.renew(seal) }))
      .filter(
        ({ seal, mac, prunedMac, erasedMac }) =>
          mac !== seal.mac || prunedMac !== seal.prunedMac || erasedMac !== seal.erasedMac,
      );
    if (changed.length > 0) await this.seals.renew(changed);
    this.renewedUpTo = seals.at(-1)?.id ?? this.renewedUpTo;
    return seals.length;
  }
}
