import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type EntityManager } from 'typeorm';
import { findPage, type Columns } from '../database/search.js';
import { Statements, type Statement } from '../database/statements.js';
import type { Found, Search } from '../kernel/search.js';
import { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { AuditTrailEntryView } from './audit-trail-entry.view.js';
import type { AuditEvent } from './audit-event.js';

const RECORD: Statement = {
  name: 'audit-record',
  text: `INSERT INTO audit_trail_entries
      (kind, actor, reason, address, user_agent, request_id, subject, client_id, session_id, record_ids)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};

const COLUMNS: Columns = {
  Id: 'record.id',
  CreatedOn: 'record.created_on',
  Kind: 'record.kind',
  Actor: 'record.actor',
  Subject: 'record.subject',
  ClientId: 'record.client_id',
  SessionId: 'record.session_id',
  Reason: 'record.reason',
  Address: 'record.address',
  RequestId: 'record.request_id',
};

/** The audit trail: who did what to which session, from where, when and why. */
@Injectable()
export class AuditTrail {
  constructor(
    @InjectRepository(AuditTrailEntry) private readonly entries: Repository<AuditTrailEntry>,
    private readonly statements: Statements,
  ) {}

  /** Writes an event: within the manager's transaction, so that it stands or falls with what it records, or by itself. */
  async record({ kind, actor, reason, ...about }: AuditEvent, manager?: EntityManager): Promise<void> {
    const { address, userAgent, requestId } = actor.origin;
    const who = [kind, actor.name, reason ?? null, address, userAgent, requestId];
    const what = [about.subject ?? null, about.clientId ?? null, about.sessionId ?? null, about.recordIds ?? []];
    await this.statements.run(RECORD, [...who, ...what], manager);
  }

  /** One page of the events that match. */
  async search(search: Search): Promise<Found<AuditTrailEntryView>> {
    const found = await findPage(this.entries, search, COLUMNS);
    return { ...found, records: found.records.map((entry) => AuditTrailEntryView.of(entry)) };
  }
}
