import { Injectable } from '@nestjs/common';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { StatementsService } from '../database/statements.service.js';
import type { ErasedPerson } from '../plug-ins/personal-data.js';
import type { Row } from '../resource/kit/row.js';
import { DELETE_OF, RECORDS_OF, REPLACE_CLIENT } from './person-records.statements.js';

/** The records that name a person. */
@Injectable()
export class PersonRecordsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** The next records after an Id whose subject or client is a person. */
  after(id: number, email: string, limit: number): Promise<(Row & { readonly id: number })[]> {
    return this.statements.run(RECORDS_OF, { email, after: id, limit });
  }

  /** Deletes at most `limit` records of a subject that are no sessions, and returns their number. */
  deleteSome({ email }: ErasedPerson, limit: number, act: AuditAct): Promise<number> {
    return this.statements.runForCount(DELETE_OF, { email, limit, ...actValues(act) });
  }

  /** Replaces the client in at most `limit` records of other subjects that are no sessions, and returns their number. */
  replaceClient({ email, pseudonym }: ErasedPerson, limit: number): Promise<number> {
    return this.statements.runForCount(REPLACE_CLIENT, { email, pseudonym, limit });
  }
}
