import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditEvent } from './audit-event.js';
import { AuditKindsService } from './audit-kinds.service.js';
import { AuditEventsRepository } from './audit-events.repository.js';
import { MinuteBudget } from './minute-budget.js';

const EVENTS_A_MINUTE = 10;

/**
 * Writes the audit trail: who did what to which session, from where, when and why.
 * @publicApi
 */
@Injectable()
export class AuditEventsService {
  private readonly budget = new MinuteBudget(EVENTS_A_MINUTE);

  /** @internal */
  constructor(
    private readonly rows: AuditEventsRepository,
    private readonly kinds: AuditKindsService,
  ) {}

  /**
   * Writes an event. With a manager, it is part of the manager's transaction: it is written only if the transaction commits.
   * @throws Error when no module registers the kind of the event
   */
  async record(event: AuditEvent, manager?: EntityManager): Promise<void> {
    this.kinds.demand(event.kind);
    await this.rows.insert(event, manager);
  }

  /** Writes an event that a caller can cause as often as it likes. It writes at most ten a minute for each session, kind and reason. */
  async recordWithinBounds(event: AuditEvent): Promise<void> {
    this.kinds.demand(event.kind);
    await this.rows.insertWithinBounds(event);
  }

  /**
   * Writes an event of an act that users repeat all day. It writes at most ten a minute for each kind and actor. This process counts them
   * in memory, so beyond the limit it sends nothing to the database.
   */
  async recordSample(event: AuditEvent): Promise<void> {
    if (this.budget.spend(`${event.kind} ${event.actor.name}`)) await this.record(event);
  }
}
