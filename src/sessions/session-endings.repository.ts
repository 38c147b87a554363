import { Injectable } from '@nestjs/common';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { NamedEnd, SurvivingSession } from './ended-session.js';
import { COUNT_SESSIONS, END_NAMED, END_NEXT, FIND_NAMED } from './session-endings.statements.js';

/** The sessions to end next: those with the smallest Ids after one and up to another, and no more than the limit. */
export interface NextSessions {
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
}

/** Ends many sessions. Each call is one statement, with an event for each session. */
@Injectable()
export class SessionEndingsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** The sessions that these ends name, and that began before them, by Id. */
  findNamed(ends: readonly NamedEnd[]): Promise<SurvivingSession[]> {
    return this.statements.run(FIND_NAMED, batchOf(ends));
  }

  /** Ends the sessions that `findNamed` finds, and returns their number. */
  endNamed(ends: readonly NamedEnd[], act: AuditAct): Promise<number> {
    const { batch } = batchOf(ends);
    return this.statements.runForCount(END_NAMED, { batch, ...actValues(act) });
  }

  /** How many sessions there are, and the greatest Id of one; null when there is none. */
  count(): Promise<{ readonly count: number; readonly lastId: number | null }> {
    return this.statements.runForOne(COUNT_SESSIONS, {});
  }

  /** Ends the next sessions, and returns their Ids: none only when none is left. */
  async endNext({ after, upTo, limit }: NextSessions, act: AuditAct): Promise<number[]> {
    const ended = await this.statements.run(END_NEXT, { after, upTo, limit, ...actValues(act) });
    return ended.map(({ id }) => id);
  }
}

function batchOf(ends: readonly NamedEnd[]): GivenTo<typeof FIND_NAMED> {
  return { batch: ends.map(({ sessionId, endedOn }) => ({ namedId: sessionId, endedOn })) };
}
