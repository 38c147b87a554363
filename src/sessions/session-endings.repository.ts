import { Injectable } from '@nestjs/common';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { EndedRow, NamedEnd, SurvivingSession } from './ended-session.js';
import { COUNT_SESSIONS, END_NAMED, END_NEXT, FIND_NAMED } from './session-endings.statements.js';

/** The sessions to end next: those with the smallest Ids after `after` and up to `upTo`, at most `limit`. */
export interface NextSessions {
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
}

/** Ends many sessions. Each call is one statement, which writes an event for each session. */
@Injectable()
export class SessionEndingsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** Finds the sessions that these ends name, and that began before those ends, by Id. */
  findNamed(ends: readonly NamedEnd[]): Promise<SurvivingSession[]> {
    return this.statements.run(FIND_NAMED, batchOf(ends));
  }

  /** Ends the sessions that `findNamed` finds, and returns them. */
  endNamed(ends: readonly NamedEnd[], act: AuditAct): Promise<EndedRow[]> {
    const { batch } = batchOf(ends);
    return this.statements.run(END_NAMED, { batch, ...actValues(act) });
  }

  /** Counts the sessions, and returns the greatest Id of a session, or null. */
  count(): Promise<{ readonly count: number; readonly lastId: number | null }> {
    return this.statements.runForOne(COUNT_SESSIONS, {});
  }

  /** Ends the next sessions and returns them. Returns none only if no such session is left. */
  endNext({ after, upTo, limit }: NextSessions, act: AuditAct): Promise<EndedRow[]> {
    return this.statements.run(END_NEXT, { after, upTo, limit, ...actValues(act) });
  }
}

function batchOf(ends: readonly NamedEnd[]): GivenTo<typeof FIND_NAMED> {
  return { batch: ends.map(({ sessionId, endedOn }) => ({ namedId: sessionId, endedOn })) };
}
