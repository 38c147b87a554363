import { Injectable } from '@nestjs/common';
import { rowOf, statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { AuditKind } from '../audit/audit-event.js';
import type { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailEntryView } from './audit-trail-entry.view.js';
import { ENTRY } from './entry-pages.js';

/** The number of events of one page: some megabytes, which the statement reads in a few milliseconds. */
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

/** Where a page begins: after the event of this time and Id. */
const AFTER = { afterTime: 'timestamptz', afterId: 'bigint' } as const;

/** The last event of the page that follows a position, with `size` events. Returns no row when fewer events are left. */
const PAGE_END = statement({
  name: 'audit-export-page-end',
  parameters: { ...AFTER, size: 'int' },
  returns: rowOf<Position>(),
  text: `SELECT created_on AS "createdOn", id FROM audit_trail_entries
    WHERE (created_on, id) > (:afterTime::timestamptz, :afterId::bigint)
    ORDER BY created_on, id OFFSET :size::int - 1 LIMIT 1`,
});

/** The events after a position, up to another position if one is given. Without `kinds`, events of all kinds. */
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

/** Reads the audit trail, or the part since a time, page by page. Only one page is in memory, however long the trail is. */
@Injectable()
export class AuditExportService {
  constructor(private readonly statements: StatementsService) {}

  /**
   * The events since `since`, in the order of time and Id, in the form of the audit trail's search. Without `kinds`, events of all kinds.
   */
  async *pages(since: Date, kinds?: readonly AuditKind[]): AsyncGenerator<AuditPage> {
    for (let from: Position | undefined = { createdOn: since, id: 0 }; from;) {
      const place: Position = from;
      const after = { afterTime: place.createdOn, afterId: place.id };
      const [end] = await this.statements.run(PAGE_END, { ...after, size: PAGE_SIZE });
      const values = { ...after, untilTime: end?.createdOn, untilId: end?.id, kinds };
      const events = await this.statements.run(PAGE, values);
      yield { events: events.map((event) => AuditTrailEntryView.of(event)), until: end?.createdOn };
      from = end;
    }
  }
}
