import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository, type EntityManager } from 'typeorm';
import { actValues, EVENT_COLUMNS } from './audited.js';
import { PageReader, type PageStatements } from '../database/page-reader.js';
import { findPage, type Searchable, type SearchColumn } from '../database/search.js';
import { Statements, type Statement } from '../database/statements.js';
import { MinuteBudget } from '../kernel/minute-budget.js';
import type { Actor } from '../kernel/origin.js';
import type { Found, Search } from '../kernel/search.js';
import { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailEntryView } from './audit-trail-entry.view.js';
import type { AuditEvent } from './audit-event.js';
import { ENTITY_SQL } from './audited-entity.js';
import { entryPages } from './entry-pages.js';

const EVENTS_A_MINUTE = 10;

const RECORD: Statement = {
  name: 'audit-record',
  text: `INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
};

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
  },
};

/** Unless the same was written of the same session ten times within the last minute: $1 to $14 as of `RECORD`. */
const RECORD_WITHIN_BOUNDS: Statement = {
  name: 'audit-record-within-bounds',
  text: `INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
    SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::uuid, $10::bigint[],
      $11::text, $12::text, $13::text, $14::timestamptz
    WHERE (SELECT count(*) FROM (SELECT FROM audit_trail_entries WHERE session_id = $9::uuid AND kind = $1::text
      AND reason = $3::text AND created_on > now() - interval '1 minute' LIMIT 10) recent) < 10`,
};

/** The audit trail: who did what to which session, from where, when and why. */
@Injectable()
export class AuditTrail {
  private readonly budget = new MinuteBudget(EVENTS_A_MINUTE);
  private readonly pageStatements: PageStatements;

  constructor(
    @InjectRepository(AuditTrailEntry) entries: Repository<AuditTrailEntry>,
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
    private readonly pages: PageReader,
  ) {
    this.pageStatements = entryPages(entries.metadata);
  }

  /** Writes an event: within the manager's transaction, so that it stands or falls with what it records, or by itself. */
  async record(event: AuditEvent, manager?: EntityManager): Promise<void> {
    await this.statements.run(RECORD, valuesOf(event), manager);
  }

  /** Writes an event that a caller may bring about as often as they like: at most ten a minute for each session and reason. */
  async recordWithinBounds(event: AuditEvent): Promise<void> {
    await this.statements.run(RECORD_WITHIN_BOUNDS, valuesOf(event));
  }

  /**
   * Writes an event of what a user does all day: at most ten a minute for each kind and actor. The bound is that of this process, so that
   * beyond it nothing is sent to the database.
   */
  async recordSample(event: AuditEvent): Promise<void> {
    if (this.budget.spend(`${event.kind} ${event.actor.name}`)) await this.record(event);
  }

  /** One page of the events that match. That somebody read them is an event too. @throws AppError 429 as `PageReader` does */
  async search(search: Search, actor: Actor): Promise<Found<AuditTrailEntryView>> {
    const { ids, ...totals } = await findPage(this.dataSource, AUDIT_TRAIL_ENTRIES, search);
    const viewOf = (entry: AuditTrailEntry): AuditTrailEntryView => AuditTrailEntryView.of(entry);
    const page = { ids, statements: this.pageStatements, act: [], reader: actor.name, viewOf };
    await this.recordSample({ kind: 'audit-trail-read', actor });
    return { ...totals, records: await this.pages.read(page) };
  }
}

function valuesOf({ subject, clientId, sessionId, recordIds, ...event }: AuditEvent): unknown[] {
  const { lastAddress, lastUserAgent, lastRequestId, lastRedeemedOn } = event;
  const about = [
    subject,
    clientId,
    sessionId,
    recordIds ?? [],
    lastAddress,
    lastUserAgent,
    lastRequestId,
    lastRedeemedOn,
  ];
  return [...actValues(event), ...about.map((value) => value ?? null)];
}
