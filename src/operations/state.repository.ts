import { Injectable } from '@nestjs/common';
import { rowOf, statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';

/** The event that last said whether the trail is intact. */
export interface TrailCheck {
  readonly kind: string;
  readonly reason: string | null;
  readonly createdOn: Date;
}

const LAST_CHECK = statement({
  name: 'state-last-check',
  isIdempotent: true,
  returns: rowOf<TrailCheck>(),
  text: `SELECT kind, reason, created_on AS "createdOn" FROM audit_trail_entries
    WHERE kind IN ('audit-damaged', 'audit-verified') ORDER BY id DESC LIMIT 1`,
});

const DATABASE = statement({
  name: 'state-database',
  isIdempotent: true,
  returns: rowOf<{ version: string; bytes: number }>(),
  text: `SELECT current_setting('server_version') AS version, pg_database_size(current_database())::bigint AS bytes`,
});

/** What the database says about itself, and about the trail. */
@Injectable()
export class StateRepository {
  constructor(private readonly statements: StatementsService) {}

  /** The version of PostgreSQL, and the bytes of the database. */
  database(): Promise<{ readonly version: string; readonly bytes: number }> {
    return this.statements.runForOne(DATABASE, {});
  }

  /** The newest event about damage to the trail, or about its verification. */
  lastCheck(): Promise<TrailCheck | undefined> {
    return this.statements.runForFirst(LAST_CHECK, {});
  }
}
