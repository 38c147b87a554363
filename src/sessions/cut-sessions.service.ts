import { Injectable } from '@nestjs/common';
import { CutoffsRepository } from './cutoffs.repository.js';
import { SessionNoticesService } from './session-notices.service.js';

/** A batch reads so many windows of rows, if no session in them has ended. */
const MOST_WINDOWS = 10;

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
      this.notices.cut(ended);
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
}
