import { Injectable } from '@nestjs/common';
import { StatementsService, type Statement } from '../database/statements.service.js';
import type { AuditKind } from '../audit/audit-event.js';
import type { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailEntryView } from './audit-trail-entry.view.js';

/** Events that one statement looks at: some megabytes, and a few milliseconds. */
const AT_ONCE = 5_000;

/** Events of an export, and the time that it has reached with them: undefined at its end. */
export interface AuditPage {
  readonly events: readonly AuditTrailEntryView[];
  readonly until: Date | undefined;
}

/** Where a page ends: the place of its last event in the order of time and Id. */
interface Place {
  readonly createdOn: Date;
  readonly id: number;
}

/** The last event of the page that follows a place: $1 time, $2 Id, $3 how many events a page has. None when fewer are left. */
const PAGE_END: Statement = {
  name: 'audit-export-page-end',
  text: `SELECT created_on AS "createdOn", id FROM audit_trail_entries WHERE (created_on, id) > ($1::timestamptz, $2::bigint)
    ORDER BY created_on, id OFFSET $3::int - 1 LIMIT 1`,
};

/** The events after $1 and $2, up to $3 and $4 where these are given, of the kinds $5 or of all kinds when $5 is null. */
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

/** Reads the whole audit trail, or what of it is newer than a time, one page after the other: however long it is, one page is in memory. */
@Injectable()
export class AuditExportService {
  constructor(private readonly statements: StatementsService) {}

  /**
   * The events from `since` on, in the order of time and Id, as the audit trail's search shows them; without kinds, of every kind.
   */
  async *pages(since: Date, kinds?: readonly AuditKind[]): AsyncGenerator<AuditPage> {
    for (let from: Place | undefined = { createdOn: since, id: 0 }; from;) {
      const place: Place = from;
      const [end] = await this.statements.run<Place & Record<string, unknown>>(PAGE_END, [
        place.createdOn,
        place.id,
        AT_ONCE,
      ]);
      const values = [place.createdOn, place.id, end?.createdOn ?? null, end?.id ?? null, kinds ? [...kinds] : null];
      const events = await this.statements.run<AuditTrailEntry & Record<string, unknown>>(PAGE, values);
      yield { events: events.map((event) => AuditTrailEntryView.of(event)), until: end?.createdOn };
      from = end;
    }
  }
}
