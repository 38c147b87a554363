import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/origin.js';
import type { NamedEnd, SurvivingSession } from './ended-session.js';
import { SessionEndingsRepository } from './session-endings.repository.js';
import { SessionNoticesService } from './session-notices.service.js';

/** How many sessions one statement ends. It locks their rows for some milliseconds. */
export const ENDINGS_AT_ONCE = 500;

/** Why sessions are ended, and by whom. */
export interface Ending {
  readonly reason: string;
  readonly actor: Actor;
}

/** Ends many sessions, in batches: each batch is one statement with an event for each session. */
@Injectable()
export class SessionEndingsService {
  constructor(
    private readonly endings: SessionEndingsRepository,
    private readonly notices: SessionNoticesService,
  ) {}

  /**
   * Finds the sessions that these ends name, and that began before those ends. Takes at most `ENDINGS_AT_ONCE` ends and changes nothing.
   */
  survivors(ends: readonly NamedEnd[]): Promise<SurvivingSession[]> {
    return this.endings.findNamed(ends);
  }

  /** Ends the sessions that `survivors` finds, and returns how many there were. */
  async endNamed(ends: readonly NamedEnd[], { reason, actor }: Ending): Promise<number> {
    const act = { kind: 'session-ended', actor, reason } as const;
    const ended = await this.endings.endNamed(ends, act);
    this.notices.ended(ended, act);
    return ended.length;
  }

  /** How many sessions there are. */
  async count(): Promise<number> {
    return (await this.endings.count()).count;
  }

  /**
   * Ends all sessions that exist at the start. After each batch it yields how many sessions the batch ended. If the caller stops early, the
   * sessions counted until then have ended.
   */
  async *endEvery({ reason, actor }: Ending): AsyncGenerator<number> {
    const act = { kind: 'session-ended', actor, reason } as const;
    const { lastId } = await this.endings.count();
    for (let after = 0; lastId !== null;) {
      const ended = await this.endings.endNext({ after, upTo: lastId, limit: ENDINGS_AT_ONCE }, act);
      if (ended.length === 0) return;
      this.notices.ended(ended, act);
      after = Math.max(...ended.map(({ id }) => id));
      yield ended.length;
    }
  }
}
