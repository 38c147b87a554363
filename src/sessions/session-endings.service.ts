import { Injectable } from '@nestjs/common';
import { actValues } from '../audit/audited.js';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { Actor } from '../kernel/origin.js';
import {
  COUNT_SESSIONS,
  END_NAMED,
  END_NEXT,
  FIND_NAMED,
  type SurvivingSession,
} from './session-endings.statements.js';

/** How many sessions one statement ends. It locks their rows for some milliseconds. */
export const ENDINGS_AT_ONCE = 500;

/** The end of a session, as an audit trail records it. */
export interface NamedEnd {
  /** UniqueId of the session. */
  readonly sessionId: string;
  readonly endedOn: Date;
}

/** Why sessions are ended, and by whom. */
export interface Ending {
  readonly reason: string;
  readonly actor: Actor;
}

/** Ends many sessions, in batches: each batch is one statement with an event for each session. */
@Injectable()
export class SessionEndingsService {
  constructor(private readonly statements: StatementsService) {}

  /**
   * Finds the sessions that these ends name, and that began before those ends. Takes at most `ENDINGS_AT_ONCE` ends and changes nothing.
   */
  async survivors(ends: readonly NamedEnd[]): Promise<SurvivingSession[]> {
    return this.statements.run(FIND_NAMED, batchOf(ends));
  }

  /** Ends the sessions that `survivors` finds, and returns how many there were. */
  async endNamed(ends: readonly NamedEnd[], { reason, actor }: Ending): Promise<number> {
    const act = actValues({ kind: 'session-ended', actor, reason });
    return (await this.statements.run(END_NAMED, { ...batchOf(ends), ...act })).length;
  }

  /** How many sessions there are. */
  async count(): Promise<number> {
    return (await this.statements.runForOne(COUNT_SESSIONS, {})).count;
  }

  /**
   * Ends all sessions that exist at the start. After each batch it yields how many sessions the batch ended. If the caller stops early, the
   * sessions counted until then have ended.
   */
  async *endEvery({ reason, actor }: Ending): AsyncGenerator<number> {
    const act = actValues({ kind: 'session-ended', actor, reason });
    const { lastId } = await this.statements.runForOne(COUNT_SESSIONS, {});
    for (let after = 0; lastId !== null;) {
      const ended = await this.statements.run(END_NEXT, { after, upTo: lastId, limit: ENDINGS_AT_ONCE, ...act });
      if (ended.length === 0) return;
      after = Math.max(...ended.map(({ id }) => id));
      yield ended.length;
    }
  }
}

function batchOf(ends: readonly NamedEnd[]): GivenTo<typeof FIND_NAMED> {
  return { batch: ends.map(({ sessionId, endedOn }) => ({ namedId: sessionId, endedOn })) };
}
