import { Injectable } from '@nestjs/common';
import { StatementsService, type Statement } from '../database/statements.service.js';
import type { AuditKind } from '../audit/audit-event.js';
import type { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailEntryView } from './audit-trail-entry.view.js';

/** The events of one page: some megabytes, and a few milliseconds for the statement. */
const PAGE_SIZE = 5_000;

/** The events of a page, and the time up to which the export has read; undefined on the last page. */
export interface AuditPage {
  readonly events: readonly AuditTrailEntryView[];
  readonly until: Date | undefined;
}

/** The end of a page: the position of its last event in the order of time and Id. */
interface Position {
  readonly createdOn: Date;
  readonly id: number;
}

/** The last event of the page after a position: $1 time, $2 Id, $3 events of a page. No row when fewer events are left. */
const PAGE_END: Statement = {
  name: 'audit-export-page-end',
  text: `SELECT created_on AS "createdOn", id FROM audit_trail_entries WHERE (created_on, id) > ($1::timestamptz, $2::bigint)
    ORDER BY created_on, id OFFSET $3::int - 1 LIMIT 1`,
};

/** The events after $1 and $2, up to $3 and $4 unless these are null, of the kinds $5, or of all kinds when $5 is null. */
const PAGE: Statement = {
  name: 'audit-export-page',
  text: `SELECT id, created_on AS "createdOn", kind, actor, reason, subject, client_id AS "clientId", session_id AS "sessionId",
      record_ids AS "recordIds", address, user_agent AS "userAgent", request_id AS "requestId",
      last_address AS "lastAddress", last_user_agent AS "lastUserAgent", last_request_id AS "lastRequestId",
      last_redeemed_on AS "lastRedeemedOn"
    FROM audit_trail_entries
    WHERE (created_on, id) > ($1::timestamptz, $2::bigint)
      AND ($3::timestamptz IS NULL OR (created_on, id) <= ($3::timestamptz, $4::bigint))
      AND ($5::text[] IS NULL OR kind = ANY ($5::text[]))
    ORDER BY created_on, id`,
};

/** Reads the audit trail, or the part since a time, page by page. Only one page is in memory, however long the trail is. */
@Injectable()
export class AuditExportService {
  constructor(private readonly statements: StatementsService) {}

  /**
   * The events since `since`, in the order of time and Id, in the form of the audit trail's search. Without `kinds`, events of all kinds.
   */
  async *pages(since: Date, kinds?: readonly AuditKind[]): AsyncGenerator<AuditPage> {
    for (let from: Position | undefined = { createdOn: since, id: 0 }; from;) {
      const position: Position = from;
      const [end] = await this.statements.run<Position & Record<string, unknown>>(PAGE_END, [
        position.createdOn,
        position.id,
        PAGE_SIZE,
      ]);
      const values = [
        position.createdOn,
        position.id,
        end?.createdOn ?? null,
        end?.id ?? null,
        kinds ? [...kinds] : null,
      ];
      const events = await this.statements.run<AuditTrailEntry & Record<string, unknown>>(PAGE, values);
      yield { events: events.map((event) => AuditTrailEntryView.of(event)), until: end?.createdOn };
      from = end;
    }
  }
}
