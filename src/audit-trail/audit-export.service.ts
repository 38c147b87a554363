import { Injectable } from '@nestjs/common';
import type { AuditKind } from '../audit/audit-event.js';
import { AuditTrailEntriesRepository } from './audit-trail-entries.repository.js';
import { viewOf, type ResourceView } from '../resource/kit/resource-views.js';
import { AUDIT_TRAIL_ENTRIES, type Position } from './audit-trail-entry.entity.js';

/** The number of events of one page: some megabytes, which the statement reads in a few milliseconds. */
const PAGE_SIZE = 5_000;

/** The events of a page, and the time up to which the export has read; undefined on the last page. */
export interface AuditPage {
  readonly events: readonly ResourceView[];
  readonly until: Date | undefined;
}

/** Reads the audit trail, or the part since a time, page by page. Only one page is in memory, however long the trail is. */
@Injectable()
export class AuditExportService {
  constructor(private readonly entries: AuditTrailEntriesRepository) {}

  /**
   * The events since `since`, in the order of time and Id, in the form of the audit trail's search. Without `kinds`, events of all kinds.
   */
  async *pages(since: Date, kinds?: readonly AuditKind[]): AsyncGenerator<AuditPage> {
    for (let from: Position | undefined = { createdOn: since, id: 0 }; from;) {
      const after: Position = from;
      const end = await this.entries.endOfPage(after, PAGE_SIZE);
      const events = await this.entries.between(after, end, kinds);
      yield { events: events.map((event) => viewOf(AUDIT_TRAIL_ENTRIES, event)), until: end?.createdOn };
      from = end;
    }
  }
}
