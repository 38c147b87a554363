import { Injectable } from '@nestjs/common';
import { rowOf, statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';

/** A session that has ended by the audit trail, and whose record is there. */
export interface RevivedSession {
  readonly id: number;
  readonly uniqueId: string;
  readonly subject: string;
  readonly clientId: string;
  readonly endedOn: Date;
}

/**
 * An ended session is a deleted row, and the next login of this user and client has a new UniqueId. So a row that can be redeemed and
 * has the UniqueId of an ended session was put back.
 */
const REVIVED = statement({
  name: 'session-revived',
  returns: rowOf<RevivedSession>(),
  text: `SELECT t.id, t.unique_id AS "uniqueId", t.subject, t.client_id AS "clientId", max(e.created_on) AS "endedOn"
    FROM refresh_tokens t JOIN audit_trail_entries e ON e.session_id = t.unique_id AND e.kind = 'session-ended'
    WHERE t.issued AND t.auth_time <= e.created_on
    GROUP BY t.id ORDER BY t.id LIMIT 1000`,
});

/** Finds sessions that were put back into the database after they had ended. */
@Injectable()
export class RevivedSessionsService {
  constructor(private readonly statements: StatementsService) {}

  /** The first thousand of them, by id of their records. */
  list(): Promise<RevivedSession[]> {
    return this.statements.run(REVIVED, {});
  }
}
