import { Injectable } from '@nestjs/common';
import { rowOf, statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { AuditKind } from '../audit/audit-event.js';
import type { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailEntryView } from './audit-trail-entry.view.js';
import { ENTRY } from './entry-pages.js';

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

/** Where a page begins: after the event of this time and Id. */
const AFTER = { afterTime: 'timestamptz', afterId: 'bigint' } as const;

/** The last event of the page that follows a place, of so many events. None when fewer are left. */
const PAGE_END = statement({
  name: 'audit-export-page-end',
  parameters: { ...AFTER, size: 'int' },
  returns: rowOf<Place>(),
  text: `SELECT created_on AS "createdOn", id FROM audit_trail_entries
    WHERE (created_on, id) > (:afterTime::timestamptz, :afterId::bigint)
    ORDER BY created_on, id OFFSET :size::int - 1 LIMIT 1`,
});

/** The events after a place, up to another where that is given, of some kinds or of all. */
const PAGE = statement({
  name: 'audit-export-page',
  parameters: { ...AFTER, untilTime: 'timestamptz?', untilId: 'bigint?', kinds: 'text[]?' },
  returns: rowOf<AuditTrailEntry>(),
  text: `SELECT ${ENTRY}
    FROM audit_trail_entries
    WHERE (created_on, id) > (:afterTime::timestamptz, :afterId::bigint)
      AND (:untilTime::timestamptz IS NULL OR (created_on, id) <= (:untilTime::timestamptz, :untilId::bigint))
      AND (:kinds::text[] IS NULL OR kind = ANY (:kinds::text[]))
    ORDER BY created_on, id`,
});

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
      const after = { afterTime: place.createdOn, afterId: place.id };
      const [end] = await this.statements.run(PAGE_END, { ...after, size: AT_ONCE });
      const values = { ...after, untilTime: end?.createdOn, untilId: end?.id, kinds };
      const events = await this.statements.run(PAGE, values);
      yield { events: events.map((event) => AuditTrailEntryView.of(event)), until: end?.createdOn };
      from = end;
    }
  }
}
