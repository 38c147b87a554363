import { Injectable } from '@nestjs/common';
import { rowOf, statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';

/** A session that ended according to the audit trail, but whose record exists. */
export interface RevivedSession {
  readonly id: number;
  readonly uniqueId: string;
  readonly subject: string;
  readonly clientId: string;
  readonly endedOn: Date;
}

/**
 * The end of a session deletes its row, and the next login of this user and client has a new UniqueId. So if a redeemable row has the
 * UniqueId of an ended session, something other than the service put the row back.
 */
const REVIVED = statement({
  name: 'session-revived',
  returns: rowOf<RevivedSession>(),
  text: `SELECT t.id, t.unique_id AS "uniqueId", t.subject, t.client_id AS "clientId", max(e.created_on) AS "endedOn"
    FROM refresh_tokens t JOIN audit_trail_entries e ON e.session_id = t.unique_id AND e.kind = 'session-ended'
    WHERE t.issued AND t.auth_time <= e.created_on
    GROUP BY t.id ORDER BY t.id LIMIT 1000`,
});

/** Finds ended sessions whose rows were put back into the database. */
@Injectable()
export class RevivedSessionsService {
  constructor(private readonly statements: StatementsService) {}

  /** The first thousand of these sessions, by the ids of their records. */
  list(): Promise<RevivedSession[]> {
    return this.statements.run(REVIVED, {});
  }
}
