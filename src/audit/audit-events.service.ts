import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { actValues, EVENT_COLUMNS } from './audited.js';
import { StatementsService, type Statement } from '../database/statements.service.js';
import { MinuteBudget } from './minute-budget.js';
import type { AuditEvent } from './audit-event.js';

const EVENTS_A_MINUTE = 10;

const RECORD: Statement = {
  name: 'audit-record',
  text: `INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
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

/** Writes the audit trail: who did what to which session, from where, when and why. */
@Injectable()
export class AuditEventsService {
  private readonly budget = new MinuteBudget(EVENTS_A_MINUTE);

  constructor(private readonly statements: StatementsService) {}

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
