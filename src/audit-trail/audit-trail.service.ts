import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditEventsService } from '../audit/audit-events.service.js';
import type { Actor } from '../kernel/origin.js';
import { findPage, type Searchable, type SearchColumn } from '../resource/find-page.js';
import { PageReaderService } from '../resource/page-reader.service.js';
import type { Found, Search } from '../resource/search.js';
import type { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailEntryView } from './audit-trail-entry.view.js';
import { ENTITY_SQL } from './audited-entity.js';
import { ENTRY_PAGES } from './entry-pages.js';

const nullable = (sql: string): SearchColumn => ({ sql, isNullable: true });

const AUDIT_TRAIL_ENTRIES: Searchable = {
  table: 'audit_trail_entries',
  columns: {
    Id: { sql: 'id' },
    CreatedOn: { sql: 'created_on' },
    Kind: { sql: 'kind' },
    Actor: { sql: 'actor' },
    Subject: nullable('subject'),
    ClientId: nullable('client_id'),
    SessionId: nullable('session_id'),
    Reason: nullable('reason'),
    Address: nullable('address'),
    RequestId: nullable('request_id'),
    LastAddress: nullable('last_address'),
    LastRequestId: nullable('last_request_id'),
    EntityShortName: { sql: ENTITY_SQL.EntityShortName },
    EntityId: nullable(ENTITY_SQL.EntityId),
    AuditType: nullable(ENTITY_SQL.AuditType),
    PropertyName: nullable(ENTITY_SQL.PropertyName),
    OldValue: nullable(ENTITY_SQL.OldValue),
    NewValue: nullable(ENTITY_SQL.NewValue),
    ActionBy: { sql: ENTITY_SQL.ActionBy },
    Changes: { sql: ENTITY_SQL.Changes, isNullable: true, isList: true },
  },
};

/** Searches the audit trail. */
@Injectable()
export class AuditTrailService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly pages: PageReaderService,
    private readonly events: AuditEventsService,
  ) {}

  /** Returns one page of the matching events, and records an event about this read. @throws AppError 429 as `PageReaderService` does */
  async search(search: Search, actor: Actor): Promise<Found<AuditTrailEntryView>> {
    const { ids, ...totals } = await findPage(this.dataSource, AUDIT_TRAIL_ENTRIES, search);
    const viewOf = (entry: AuditTrailEntry): AuditTrailEntryView => AuditTrailEntryView.of(entry);
    const page = { ids, statements: ENTRY_PAGES, act: {}, reader: actor.name, viewOf };
    await this.events.recordSample({ kind: 'audit-trail-read', actor });
    return { ...totals, records: await this.pages.read(page) };
  }
}
