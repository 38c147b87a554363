import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { StatementsService } from '../database/statements.service.js';
import type { EndedRow } from './ended-session.js';
import { END_SURPLUS, FIND_CROWDS, LOCK_USERS, type Crowd } from './surplus.statements.js';

/** The sessions that users have beyond the number that a client allows. */
@Injectable()
export class SurplusSessionsRepository {
  constructor(
    private readonly statements: StatementsService,
    private readonly dataSource: DataSource,
  ) {}

  /** Users and clients with sessions whose numbers the client no longer allows: one for each of at most `limit` such sessions. */
  find(limit: number): Promise<Crowd[]> {
    return this.statements.run(FIND_CROWDS, { limit });
  }

  /** Ends the sessions of each crowd that are too many, those that were unused for longest, and returns them. Each crowd must be there once. */
  end(crowds: readonly Crowd[], act: AuditAct): Promise<EndedRow[]> {
    return this.dataSource.transaction(async (manager) => {
      await this.statements.run(LOCK_USERS, { subjects: crowds.map(({ subject }) => subject) }, manager);
      return this.statements.run(END_SURPLUS, { batch: crowds, ...actValues(act) }, manager);
    });
  }
}
