import { Injectable } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import type { Actor } from '../kernel/origin.js';
import { viewOf, type ResourceView } from '../resource/kit/resource-views.js';
import type { Row } from '../resource/kit/row.js';
import { PageReaderService } from '../resource/page-reader.service.js';
import type { Found, Search } from '../resource/search.js';
import { AUDIT_TRAIL_ENTRIES } from './audit-trail-entry.entity.js';
import { AuditTrailEntriesRepository } from './audit-trail-entries.repository.js';

/** Searches the audit trail. */
@Injectable()
export class AuditTrailService {
  constructor(
    private readonly entries: AuditTrailEntriesRepository,
    private readonly pages: PageReaderService,
    private readonly events: AuditEventsService,
  ) {}

  /** Returns one page of the matching events, and records an event about this read. @throws AppError 429 as `PageReaderService` does */
  async search(search: Search, { actor }: { readonly actor: Actor }): Promise<Found<ResourceView>> {
    const { ids, ...totals } = await this.entries.find(search);
    const shown = (row: Row): ResourceView => viewOf(AUDIT_TRAIL_ENTRIES, row);
    const page = { ids, source: this.entries.pages(), reader: actor.name, viewOf: shown };
    await this.events.recordSample({ kind: 'audit-trail-read', actor });
    return { ...totals, records: await this.pages.read(page) };
  }
}
