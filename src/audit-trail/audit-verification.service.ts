import { Injectable } from '@nestjs/common';
import { formatDateTime } from '../kernel/date-time.js';
import { AuditSealsRepository } from './audit-seals.repository.js';
import { ErasureTotals, type ErasedRanges } from './erased-ranges.js';
import { PersonEventsRepository } from './person-events.repository.js';
import type { MeasuredSeal, Seal } from './seal.js';
import { SealChainService } from './seal-chain.service.js';

/**
 * A seal covers at most a thousand events, so one statement reads at most a hundred thousand. This stays well within the statement timeout.
 */
const SEALS_PER_PAGE = 100;

/** A link of the chain that was noted outside the database. */
export interface ChainHead {
  readonly id: number;
  readonly link: string;
}

/** A difference from the state that the service wrote. */
export interface Finding {
  readonly kind:
    | 'range-changed'
    | 'seal-forged'
    | 'seal-missing'
    | 'pruning-forged'
    | 'erasure-forged'
    | 'event-outside'
    | 'head-missing'
    | 'head-too-old'
    | 'session-revived'
    | 'user-tampered';
  /** The finding as a sentence, for people. */
  readonly message: string;
  readonly seal?: number;
  readonly fromId?: number;
  readonly toId?: number;
  readonly expected?: number;
  readonly found?: number;
}

/** The result of a verification. */
export interface Verification {
  /** The newest link of the chain; null when no event is sealed yet. */
  readonly head: ChainHead | null;
  /** When the oldest existing seal was made. */
  readonly since: string | null;
  readonly seals: number;
  /** The number of events under these seals. */
  readonly events: number;
  /** The number of events after the newest seal. */
  readonly unsealed: number;
  /** The erasures of persons that changed sealed events, lawfully. */
  readonly erased: readonly ErasedRanges[];
  readonly findings: readonly Finding[];
}

/** Compares the audit trail with its seals. It writes nothing, and sealing and retention may go on meanwhile. */
@Injectable()
export class AuditVerificationService {
  constructor(
    private readonly seals: AuditSealsRepository,
    private readonly chain: SealChainService,
    private readonly persons: PersonEventsRepository,
  ) {}

  /**
   * Verifies the whole trail. `earlier` is a head that must still be in the chain. `onSeals` is called for each page of seals, with its
   * last id.
   */
  async verify(earlier: ChainHead | undefined, onSeals: (lastId: number) => void): Promise<Verification> {
    for await (const step of this.steps(earlier)) {
      if (typeof step !== 'number') return step;
      onSeals(step);
    }
    throw new Error('A verification ends with its result.');
  }

  /** The same in steps: yields the last id of each page of seals, and the result at the end. */
  async *steps(earlier?: ChainHead): AsyncGenerator<number | Verification, void> {
    const findings: Finding[] = [];
    const totals = { seals: 0, events: 0 };
    const erasures = new ErasureTotals();
    let first: Seal | undefined;
    let last: Seal | undefined;
    let isEarlierThere = false;
    for (;;) {
      const page = await this.seals.measuredAfter(last?.id ?? 0, SEALS_PER_PAGE);
      for (const seal of page) {
        findings.push(...this.judge(seal, last));
        if (seal.prunedOn === null && this.chain.isLawfullyErased(seal)) erasures.add(seal);
        first ??= seal;
        last = seal;
        totals.seals++;
        totals.events += seal.foundCount;
        isEarlierThere ||= seal.id === earlier?.id && seal.link === earlier.link;
      }
      if (page.length === 0 || !last) break;
      yield last.id;
    }
    if (earlier && !isEarlierThere) findings.push(missing(earlier, first));
    const { unsealed, ...outside } = await this.outside();
    findings.push(...outside.findings);
    const head = last ? { id: last.id, link: last.link } : null;
    const since = first ? time(first.createdOn) : null;
    const erased = erasures.by(await this.persons.erasers(erasures.pseudonyms));
    yield { head, since, ...totals, unsealed, erased, findings };
  }

  /** The approximate number of seals to verify: the number of the newest seal. */
  newest(): Promise<number> {
    return this.seals.newest();
  }

  /** The age of the oldest event without a seal, in seconds. */
  unsealedAge(): Promise<number> {
    return this.seals.unsealedAge();
  }

  private judge(seal: MeasuredSeal, previous: Seal | undefined): Finding[] {
    const { id, fromId, toId } = seal;
    const range = { seal: id, fromId, toId };
    const findings: Finding[] = [];
    const isNext = previous ? id === previous.id + 1 && seal.previous === previous.link : seal.previous === '';
    if (!isNext && (previous !== undefined || seal.prunedOn === null)) {
      const message = `Seals are missing before seal ${id} (of ${time(seal.createdOn)}).`;
      findings.push({ kind: 'seal-missing', message, ...range });
    }
    if (!this.chain.isGenuine(seal)) {
      const message = `Seal ${id} was not made by this service, or it was made under a TESSERA_SECRET that is not in the settings.`;
      return [...findings, { kind: 'seal-forged', message, ...range }];
    }
    if (seal.prunedOn !== null && !this.chain.isLawfullyPruned(seal)) {
      const message = `Seal ${id} says that its events expired, but the service did not write this.`;
      return [...findings, { kind: 'pruning-forged', message, ...range, expected: seal.count, found: seal.foundCount }];
    }
    if (!this.chain.isLawfullyErased(seal)) {
      const message = `Seal ${id} says that persons were erased from its events, but the service did not write this.`;
      return [...findings, { kind: 'erasure-forged', message, ...range, expected: seal.count, found: seal.foundCount }];
    }
    const isIntact = seal.prunedOn === null ? this.chain.isIntact(seal) : seal.foundCount === 0;
    if (isIntact) return findings;
    const expected = seal.prunedOn === null ? seal.count : 0;
    const what = expected === seal.foundCount ? 'were changed' : `were ${expected} and are ${seal.foundCount}`;
    const message = `Events ${fromId} to ${toId}, up to ${time(seal.newestOn)}, ${what}.`;
    return [...findings, { kind: 'range-changed', message, ...range, expected, found: seal.foundCount }];
  }

  private async outside(): Promise<{ unsealed: number; findings: Finding[] }> {
    const row = await this.seals.outside();
    const findings: Finding[] = [];
    const add = (found: number, where: string): void => {
      const message = `${found} events have ids ${where}: the service did not write them.`;
      if (found > 0) findings.push({ kind: 'event-outside', message, expected: 0, found });
    };
    add(row.before, 'that were deleted or never assigned');
    add(row.ahead, 'that are not assigned yet');
    return { unsealed: row.unsealed, findings };
  }
}

function missing({ id }: ChainHead, first: Seal | undefined): Finding {
  if (first && first.prunedOn !== null && id < first.id) {
    const message = `The head ${id} is older than AUDIT_RETENTION, so its seal was deleted. Note a newer head.`;
    return { kind: 'head-too-old', message, seal: id };
  }
  const message = `The head ${id} is not in the chain: seals were removed or replaced, or an older state was restored.`;
  return { kind: 'head-missing', message, seal: id };
}

function time(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : formatDateTime(date);
}
