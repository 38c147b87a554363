import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { parameterList, type ValuesOf } from '../database/named-parameters.js';
import { statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { AuditEvent } from './audit-event.js';
import { ACT, actValues, EVENT_COLUMNS } from './audited.js';
import { MinuteBudget } from './minute-budget.js';

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

/** Writes an event, unless ten events of the same session, kind and reason were written within the last minute. */
const RECORD_WITHIN_BOUNDS = statement({
  name: 'audit-record-within-bounds',
  parameters: EVENT,
  text: `INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
    SELECT ${parameterList(EVENT, 'typed')}
    WHERE (SELECT count(*) FROM (SELECT FROM audit_trail_entries WHERE session_id = :sessionId::uuid AND kind = :kind::text
      AND reason = :reason::text AND created_on > now() - interval '1 minute' LIMIT 10) recent) < 10`,
});

/**
 * Writes the audit trail: who did what to which session, from where, when and why.
 * @publicApi
 */
@Injectable()
export class AuditEventsService {
  private readonly budget = new MinuteBudget(EVENTS_A_MINUTE);

  constructor(private readonly statements: StatementsService) {}

  /** Writes an event. With a manager, it is part of the manager's transaction: it is written only if the transaction commits. */
  async record(event: AuditEvent, manager?: EntityManager): Promise<void> {
    await this.statements.run(RECORD, valuesOf(event), manager);
  }

  /** Writes an event that a caller can cause as often as it likes. It writes at most ten a minute for each session, kind and reason. */
  async recordWithinBounds(event: AuditEvent): Promise<void> {
    await this.statements.run(RECORD_WITHIN_BOUNDS, valuesOf(event));
  }

  /**
   * Writes an event of an act that users repeat all day. It writes at most ten a minute for each kind and actor. This process counts them
   * in memory, so beyond the limit it sends nothing to the database.
   */
  async recordSample(event: AuditEvent): Promise<void> {
    if (this.budget.spend(`${event.kind} ${event.actor.name}`)) await this.record(event);
  }
}

function valuesOf({ subject, clientId, sessionId, recordIds = [], ...event }: AuditEvent): ValuesOf<typeof EVENT> {
  const { lastAddress, lastUserAgent, lastRequestId, lastRedeemedOn } = event;
  const last = { lastAddress, lastUserAgent, lastRequestId, lastRedeemedOn };
  return { subject, clientId, sessionId, recordIds, ...last, ...actValues(event) };
}
