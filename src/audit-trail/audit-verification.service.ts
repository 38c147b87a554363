import { Injectable } from '@nestjs/common';
import { rowOf, statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { formatDateTime } from '../kernel/date-time.js';
import { MEASURED_FROM, OUTSIDE, type MeasuredSeal } from './seal.statements.js';
import { SealChainService, type Seal } from './seal-chain.service.js';

/** Seals are at most on a thousand events: a statement reads a hundred thousand, which is well within its time. */
const AT_ONCE = 100;

/** A link of the chain that was noted elsewhere. */
export interface ChainHead {
  readonly id: number;
  readonly link: string;
}

/** Something that is not as the service left it. */
export interface Finding {
  readonly kind:
    | 'range-changed'
    | 'seal-forged'
    | 'seal-missing'
    | 'pruning-forged'
    | 'event-outside'
    | 'head-missing'
    | 'head-too-old'
    | 'session-revived'
    | 'user-tampered';
  /** For people. */
  readonly message: string;
  readonly seal?: number;
  readonly fromId?: number;
  readonly toId?: number;
  readonly expected?: number;
  readonly found?: number;
}

/** What a verification found out. */
export interface Verification {
  /** The newest link of the chain; null when nothing is sealed yet. */
  readonly head: ChainHead | null;
  /** When the oldest seal there is was made. */
  readonly since: string | null;
  readonly seals: number;
  /** Events under these seals. */
  readonly events: number;
  /** Events that are newer than the newest seal. */
  readonly unsealed: number;
  readonly findings: readonly Finding[];
}

/** Compares the audit trail with its seals. It writes nothing, and sealing and retention may go on meanwhile. */
@Injectable()
export class AuditVerificationService {
  constructor(
    private readonly statements: StatementsService,
    private readonly chain: SealChainService,
  ) {}

  /** Verifies all. `earlier` is a head that must still be in the chain; `onSeals` hears of each page of seals, the newest id last. */
  async verify(earlier: ChainHead | undefined, onSeals: (lastId: number) => void): Promise<Verification> {
    const findings: Finding[] = [];
    const totals = { seals: 0, events: 0 };
    let first: Seal | undefined;
    let last: Seal | undefined;
    let isEarlierThere = false;
    for (;;) {
      const page = await this.statements.run(MEASURED_FROM, { after: last?.id ?? 0, limit: AT_ONCE });
      for (const seal of page) {
        findings.push(...this.judge(seal, last));
        first ??= seal;
        last = seal;
        totals.seals++;
        totals.events += seal.foundCount;
        isEarlierThere ||= seal.id === earlier?.id && seal.link === earlier.link;
      }
      if (page.length === 0 || !last) break;
      onSeals(last.id);
    }
    if (earlier && !isEarlierThere) findings.push(missing(earlier, first));
    const { unsealed, ...outside } = await this.outside();
    findings.push(...outside.findings);
    const head = last ? { id: last.id, link: last.link } : null;
    return { head, since: first ? time(first.createdOn) : null, ...totals, unsealed, findings };
  }

  /** How many seals there are to verify, about: the number of the newest. */
  async newest(): Promise<number> {
    const [row] = await this.statements.run(NEWEST, {});
    return row?.id ?? 0;
  }

  private judge(seal: MeasuredSeal, before: Seal | undefined): Finding[] {
    const { id, fromId, toId } = seal;
    const place = { seal: id, fromId, toId };
    const findings: Finding[] = [];
    const isNext = before ? id === before.id + 1 && seal.previous === before.link : seal.previous === '';
    if (!isNext && (before !== undefined || seal.prunedOn === null)) {
      const message = `Before seal ${id} (of ${time(seal.createdOn)}) seals are missing.`;
      findings.push({ kind: 'seal-missing', message, ...place });
    }
    if (!this.chain.isGenuine(seal)) {
      const message = `Seal ${id} is not one that this service made, or it was made under a TESSERA_SECRET that is not given.`;
      return [...findings, { kind: 'seal-forged', message, ...place }];
    }
    if (seal.prunedOn !== null && !this.chain.isLawfullyPruned(seal)) {
      const message = `Seal ${id} says that its events expired, but the service did not write that.`;
      return [...findings, { kind: 'pruning-forged', message, ...place, expected: seal.count, found: seal.foundCount }];
    }
    const isIntact = seal.prunedOn === null ? seal.foundDigest === seal.digest : seal.foundCount === 0;
    if (isIntact) return findings;
    const expected = seal.prunedOn === null ? seal.count : 0;
    const what = expected === seal.foundCount ? 'were changed' : `were ${expected} and are ${seal.foundCount}`;
    const message = `Events ${fromId} to ${toId}, up to ${time(seal.newestOn)}, ${what}.`;
    return [...findings, { kind: 'range-changed', message, ...place, expected, found: seal.foundCount }];
  }

  private async outside(): Promise<{ unsealed: number; findings: Finding[] }> {
    const row = await this.statements.runForOne(OUTSIDE, {});
    const findings: Finding[] = [];
    const add = (found: number, where: string): void => {
      const message = `${found} events have ids ${where}: the service did not write them.`;
      if (found > 0) findings.push({ kind: 'event-outside', message, expected: 0, found });
    };
    add(row.before, 'that were deleted or never given');
    add(row.ahead, 'that are yet to be given');
    return { unsealed: row.unsealed, findings };
  }
}

const NEWEST = statement({
  name: 'audit-seal-newest',
  returns: rowOf<{ id: number | null }>(),
  text: 'SELECT max(id) AS id FROM audit_seals',
});

function missing({ id }: ChainHead, first: Seal | undefined): Finding {
  if (first && first.prunedOn !== null && id < first.id) {
    const message = `The head ${id} is older than what is kept (AUDIT_RETENTION), and cannot be looked up: note a newer one.`;
    return { kind: 'head-too-old', message, seal: id };
  }
  const message = `The head ${id} is not in the chain: seals were cut off or replaced, or an older state was restored.`;
  return { kind: 'head-missing', message, seal: id };
}

function time(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : formatDateTime(date);
}
