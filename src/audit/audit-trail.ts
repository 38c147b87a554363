import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ACT, actValues, EVENT_COLUMNS } from './audited.js';
import { parameterList, type ValuesOf } from '../database/named-parameters.js';
import { PageReader } from '../database/page-reader.js';
import { findPage, type Searchable, type SearchColumn } from '../database/search.js';
import { statement } from '../database/statement.js';
import { Statements } from '../database/statements.js';
import { MinuteBudget } from '../kernel/minute-budget.js';
import type { Actor } from '../kernel/origin.js';
import type { Found, Search } from '../kernel/search.js';
import type { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailEntryView } from './audit-trail-entry.view.js';
import type { AuditEvent } from './audit-event.js';
import { ENTITY_SQL } from './audited-entity.js';
import { ENTRY_PAGES } from './entry-pages.js';

const EVENTS_A_MINUTE = 10;

/** An event, in the order of `EVENT_COLUMNS`. */
const EVENT = {
  ...ACT,
  subject: 'text?',
  clientId: 'text?',
  sessionId: 'uuid?',
  recordIds: 'bigint[]',
  lastAddress: 'text?',
  lastUserAgent: 'text?',
  lastRequestId: 'text?',
  lastRedeemedOn: 'timestamptz?',
} as const;

const RECORD = statement({
  name: 'audit-record',
  parameters: EVENT,
  text: `INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
    VALUES (${parameterList(EVENT)})`,
});

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

/** Unless the same was written of the same session ten times within the last minute. */
const RECORD_WITHIN_BOUNDS = statement({
  name: 'audit-record-within-bounds',
  parameters: EVENT,
  text: `INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
    SELECT ${parameterList(EVENT, 'typed')}
    WHERE (SELECT count(*) FROM (SELECT FROM audit_trail_entries WHERE session_id = :sessionId::uuid AND kind = :kind::text
      AND reason = :reason::text AND created_on > now() - interval '1 minute' LIMIT 10) recent) < 10`,
});

/** The audit trail: who did what to which session, from where, when and why. */
@Injectable()
export class AuditTrail {
  private readonly budget = new MinuteBudget(EVENTS_A_MINUTE);

  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: Statements,
    private readonly pages: PageReader,
  ) {}

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
    const page = { ids, statements: ENTRY_PAGES, act: {}, reader: actor.name, viewOf };
    await this.recordSample({ kind: 'audit-trail-read', actor });
    return { ...totals, records: await this.pages.read(page) };
  }
}

function valuesOf({ subject, clientId, sessionId, recordIds = [], ...event }: AuditEvent): ValuesOf<typeof EVENT> {
  const { lastAddress, lastUserAgent, lastRequestId, lastRedeemedOn } = event;
  const last = { lastAddress, lastUserAgent, lastRequestId, lastRedeemedOn };
  return { subject, clientId, sessionId, recordIds, ...last, ...actValues(event) };
}
