import { Injectable } from '@nestjs/common';
import { CutoffsRepository } from './cutoffs.repository.js';
import type { CutRow } from './ended-session.js';
import { SessionNoticesService } from './session-notices.service.js';

/** A batch reads so many windows of rows, if no session in them has ended. */
const MOST_WINDOWS = 10;

/** The row on which a sign-in would begin; the UniqueId is null if it is a new row. */
interface Planned {
  readonly id: number;
  readonly earlierUniqueId: string | null;
}

/** A sweep over all sessions: when it began, and the last Id that it has read. */
interface Sweep {
  readonly startedOn: Date;
  readonly after: number;
}

/** Deletes the rows of sessions that cutoffs have ended, writes their events, and passes the ends on. */
@Injectable()
export class CutSessionsService {
  private sweep: Sweep | undefined;
  private lastSweep: Date | undefined;

  constructor(
    private readonly cutoffs: CutoffsRepository,
    private readonly notices: SessionNoticesService,
  ) {}

  /** Deletes the row on which a sign-in would begin, if a cutoff ended its session. The sign-in must be planned again. */
  async finish({ id, earlierUniqueId }: Planned): Promise<void> {
    if (earlierUniqueId !== null) this.pass(await this.cutoffs.finish({ id, uniqueId: earlierUniqueId }));
  }

  /**
   * Sweeps over the next sessions, until some have ended, and returns how many rows it may read in the next batch: none if there is nothing to do.
   * After its last session a sweep forgets the cutoffs that it was for. Sign-ins that began before a cutoff may end after the sweep, so a second sweep
   * follows later.
   */
  async sweepSome(limit: number): Promise<number> {
    this.sweep ??= await this.begin();
    for (let windows = 0; this.sweep && windows < MOST_WINDOWS; windows++) {
      const { startedOn, after }: Sweep = this.sweep;
      const { upTo, ended } = await this.cutoffs.sweep(after, limit);
      this.pass(ended);
      this.sweep = upTo === null ? undefined : { startedOn, after: upTo };
      if (upTo === null) {
        await this.cutoffs.forget(startedOn);
        this.lastSweep = startedOn;
      } else if (ended.length > 0) break;
    }
    return this.sweep ? limit : 0;
  }

  private async begin(): Promise<Sweep | undefined> {
    const startedOn = await this.cutoffs.dueSweep(this.lastSweep);
    return startedOn && { startedOn, after: 0 };
  }

  private pass(ended: readonly CutRow[]): void {
    for (const { reason, actor: name, address, userAgent, requestId, ...row } of ended) {
      const actor = { name, origin: { address, userAgent, requestId } };
      this.notices.ended([row], { kind: 'session-ended', actor, reason });
    }
  }
}
