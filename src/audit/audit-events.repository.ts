import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { parameterList, type ValuesOf } from '../database/named-parameters.js';
import { statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { AuditEvent } from './audit-event.js';
import { ACT, actValues, EVENT_COLUMNS } from './audited.js';

/** An event, in the order of its columns. */
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
  resource: 'text?',
} as const;
const COLUMNS = `${EVENT_COLUMNS}, resource`;

const RECORD = statement({
  name: 'audit-record',
  parameters: { ...EVENT, changes: 'text?' },
  text: `INSERT INTO audit_trail_entries (${COLUMNS}, changes)
    VALUES (${parameterList(EVENT)}, :changes::text::jsonb)`,
});

/** Writes an event, unless ten events of the same session, kind and reason were written within the last minute. */
const RECORD_WITHIN_BOUNDS = statement({
  name: 'audit-record-within-bounds',
  parameters: EVENT,
  text: `INSERT INTO audit_trail_entries (${COLUMNS})
    SELECT ${parameterList(EVENT, 'typed')}
    WHERE (SELECT count(*) FROM (SELECT FROM audit_trail_entries WHERE session_id = :sessionId::uuid AND kind = :kind::text
      AND reason = :reason::text AND created_on > now() - interval '1 minute' LIMIT 10) recent) < 10`,
});

/** Adds events to the audit trail. Statements that `audited` makes add the other events. `AuditTrailEntriesRepository` reads the events. */
@Injectable()
export class AuditEventsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** Adds an event. With a manager, it is part of the manager's transaction. */
  insert(event: AuditEvent, manager?: EntityManager): Promise<unknown> {
    return this.statements.run(RECORD, { ...valuesOf(event), changes: event.changes }, manager);
  }

  /** Adds an event, unless ten events of the same session, kind and reason were written within the last minute. */
  insertWithinBounds(event: AuditEvent): Promise<unknown> {
    return this.statements.run(RECORD_WITHIN_BOUNDS, valuesOf(event));
  }
}

function valuesOf({
  subject,
  clientId,
  sessionId,
  recordIds = [],
  resource,
  ...event
}: Omit<AuditEvent, 'changes'>): ValuesOf<typeof EVENT> {
  const { lastAddress, lastUserAgent, lastRequestId, lastRedeemedOn } = event;
  const last = { lastAddress, lastUserAgent, lastRequestId, lastRedeemedOn };
  return { subject, clientId, sessionId, recordIds, resource, ...last, ...actValues(event) };
}
