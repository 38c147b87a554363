import { Injectable } from '@nestjs/common';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { EndedAfter } from './ended-after.js';
import { ENDED_AFTER } from './ended-sessions.statements.js';

/** Reads the ends of sessions from the audit trail. */
@Injectable()
export class EndedSessionsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** The ends after a cursor, in the order of their events. */
  after(position: GivenTo<typeof ENDED_AFTER>): Promise<EndedAfter> {
    return this.statements.runForOne(ENDED_AFTER, position);
  }
}
