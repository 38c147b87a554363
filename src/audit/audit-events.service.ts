import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from './audit-event.js';
import { AuditEventsRepository } from './audit-events.repository.js';
import { MinuteBudget } from './minute-budget.js';

const EVENTS_A_MINUTE = 10;

/** Writes the audit trail: who did what to which session, from where, when and why. */
@Injectable()
export class AuditEventsService {
  private readonly budget = new MinuteBudget(EVENTS_A_MINUTE);

  constructor(private readonly rows: AuditEventsRepository) {}

  /** Writes an event: within the manager's transaction, so that it stands or falls with what it records, or by itself. */
  async record(event: AuditEvent, manager?: EntityManager): Promise<void> {
    await this.rows.insert(event, manager);
  }

  /** Writes an event that a caller may bring about as often as they like: at most ten a minute for each session and reason. */
  async recordWithinBounds(event: AuditEvent): Promise<void> {
    await this.rows.insertWithinBounds(event);
  }

  /**
   * Writes an event of what a user does all day: at most ten a minute for each kind and actor. The bound is that of this process, so that
   * beyond it nothing is sent to the database.
   */
  async recordSample(event: AuditEvent): Promise<void> {
    if (this.budget.spend(`${event.kind} ${event.actor.name}`)) await this.record(event);
  }
}
