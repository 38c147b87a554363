import { Injectable } from '@nestjs/common';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import { inOrderOf } from '../database/batch-rows.js';
import { Batched } from '../database/batched.js';
import { StatementsService } from '../database/statements.service.js';
import type { Row } from '../resource/kit/row.js';
import type { ReadUser } from '../sessions/read-aheads.service.js';
import { sessionPolicyOf, type SessionPolicy } from '../sessions/session-lives.js';
import type { AccessTokenReference } from '../signing-keys/access-token-claims.js';
import { READ_AHEAD, type ReadRecord } from './read-ahead.statements.js';

/** A record to read with the session of its reader. */
export interface ReadingAhead {
  readonly id: number;
  readonly token: AccessTokenReference;
  /** The seal of the rights that the reader had at an earlier request. */
  readonly expected: string | null;
  readonly act: AuditAct;
}

/** A record that was read with the session of its reader. There is no row if there is no such record. */
export class RecordAhead {
  constructor(
    readonly id: number,
    readonly row: Row | undefined,
  ) {}
}

/** Reads records together with the sessions of their readers. */
@Injectable()
export class RecordsAheadRepository {
  private readonly policy: SessionPolicy;
  private readonly readings = new Batched((readings: readonly ReadingAhead[]) => this.readEach(readings));

  constructor(
    private readonly statements: StatementsService,
    settings: Settings,
  ) {
    this.policy = sessionPolicyOf(settings);
  }

  /** The reader, and the record if the reader's rights are still the expected ones. Concurrent calls share a statement. */
  read(reading: ReadingAhead): Promise<ReadUser | undefined> {
    return this.readings.get(reading);
  }

  private async readEach(readings: readonly ReadingAhead[]): Promise<(ReadUser | undefined)[]> {
    const batch = readings.map(({ id: recordId, token, expected, act }) => ({
      recordId,
      expected,
      ...token,
      ...actValues(act),
    }));
    const rows = inOrderOf(readings, await this.statements.run(READ_AHEAD, { batch, ...this.policy }));
    return readings.map(({ id }, n) => readUserOf(id, rows[n]));
  }
}

function readUserOf(id: number, row: ReadRecord | undefined): ReadUser | undefined {
  if (!row) return undefined;
  const record = row.id === null ? undefined : (row as unknown as Row);
  return { user: row, found: row.isExpected ? new RecordAhead(id, record) : undefined };
}
