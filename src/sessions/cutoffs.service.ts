import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { formatDateTime } from '../kernel/date-time.js';
import { failedMember } from '../kernel/validation-error.js';
import { CutoffsRepository, type FirstRows, type Scope } from './cutoffs.repository.js';
import type { Cutoff } from './ended-session.js';
import type { Ending } from './session-endings.service.js';
import { SessionNoticesService } from './session-notices.service.js';
import { SessionsRepository } from './sessions.repository.js';

/**
 * Up to this number, sessions are counted, and those of a user are ended one by one, with their events, in one statement. Above it, their number is an
 * estimate: to count a million takes longer than to end them.
 */
const COUNTED_UP_TO = 1_000;

/** How many sessions were ended. */
interface BulkEnd {
  readonly ended: number;
  readonly isEstimated: boolean;
}

/** How many sessions live. */
export interface LiveCount {
  readonly sessions: number;
  readonly isEstimated: boolean;
}

/** Ends many sessions together: those of a user, of a client, of earlier sign-ins, or of everybody. */
@Injectable()
export class CutoffsService {
  constructor(
    private readonly cutoffs: CutoffsRepository,
    private readonly sessions: SessionsRepository,
    private readonly notices: SessionNoticesService,
  ) {}

  /** Counts the sessions of a scope, however many there are. @throws ValidationError when its time is in the future */
  async count(scope: Scope, manager?: EntityManager): Promise<number> {
    const { sessions, isPast } = await this.cutoffs.countFirst(normal(scope), Number.MAX_SAFE_INTEGER, manager);
    demandPast(scope, isPast);
    return sessions;
  }

  /** Counts all live sessions, exactly if they are few. */
  countLive(): Promise<LiveCount> {
    return this.cutoffs.transaction(async (manager) => {
      const first = await this.cutoffs.countFirst({}, COUNTED_UP_TO + 1, manager);
      return this.countBy({}, first, manager);
    });
  }

  /** Ends the sessions of a scope. @throws ValidationError when its time is in the future */
  async end(scope: Scope, ending: Ending): Promise<BulkEnd> {
    const { result, manager } = await this.cutoffs.transaction(async (manager) => ({
      result: await this.endIn(scope, ending, manager),
      manager,
    }));
    this.notices.committed(manager);
    return result;
  }

  /**
   * Ends the sessions of a scope as a part of a transaction. When it commits, no request of any replica accepts their tokens any more. The few
   * sessions of a user end one by one. All others end by a cutoff, which is one row; a job deletes their records and writes their events.
   * @throws ValidationError when its time is in the future
   */
  async endIn(given: Scope, { reason, actor }: Ending, manager: EntityManager): Promise<BulkEnd> {
    const scope = normal(given);
    const { subject } = scope;
    const first = await this.cutoffs.countFirst(scope, COUNTED_UP_TO + 1, manager);
    demandPast(scope, first.isPast);
    if (subject !== undefined && first.rows <= COUNTED_UP_TO) {
      const act = { kind: 'session-ended', actor, reason } as const;
      const ended = await this.sessions.endAll({ ...scope, subject }, act, manager);
      this.notices.ended(ended, act, manager);
      return { ended: ended.length, isEstimated: false };
    }
    await this.cutoffs.add(scope, { kind: 'sessions-cut-off', actor, reason: describe(scope) }, reason, manager);
    const { sessions, isEstimated } = await this.countBy(scope, first, manager);
    return { ended: sessions, isEstimated };
  }

  /** The number of sessions of a scope, from its first rows: exactly if these are all. */
  private async countBy(scope: Scope, first: FirstRows, manager: EntityManager): Promise<LiveCount> {
    if (first.rows <= COUNTED_UP_TO) return { sessions: first.sessions, isEstimated: false };
    const rows = Math.max(await this.cutoffs.estimate(scope, manager), first.rows);
    return { sessions: Math.round((first.sessions / first.rows) * rows), isEstimated: true };
  }

  /** The first `limit` cutoffs with greater numbers than `number`, until a quarter of an hour after their sessions ended at the least. */
  after(number: number, limit: number): Promise<Cutoff[]> {
    return this.cutoffs.after(number, limit);
  }

  /** Counts the sessions of the records with these ids. */
  countByIds(ids: readonly number[], manager: EntityManager): Promise<number> {
    return this.sessions.countByIds(ids, manager);
  }

  /** Ends the sessions of the records with these ids as a part of a transaction, which passes the ends on after its commit. */
  async endByIds(ids: readonly number[], { reason, actor }: Ending, manager: EntityManager): Promise<void> {
    const act = { kind: 'session-ended', actor, reason } as const;
    this.notices.ended(await this.sessions.endByIds(ids, act, manager), act, manager);
  }
}

/** A scope as rows have it: subjects are in lower case. */
function normal({ subject, ...scope }: Scope): Scope {
  return { ...scope, ...(subject !== undefined && { subject: subject.toLowerCase() }) };
}

function demandPast({ issuedBefore }: Scope, isPast: boolean): void {
  if (isPast || !issuedBefore) return;
  throw failedMember('IssuedBefore', formatDateTime(issuedBefore), 'must not be in the future');
}

function describe({ subject, clientId, issuedBefore }: Scope): string {
  const who = subject !== undefined ? 'subject' : clientId !== undefined ? 'client' : 'everybody';
  return issuedBefore ? `${who} before ${formatDateTime(issuedBefore)}` : who;
}
