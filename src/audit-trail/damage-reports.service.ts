import { Injectable, Logger } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { SERVICE } from '../kernel/origin.js';
import { MetricsService } from '../observability/metrics.service.js';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { AuditSealsRepository } from './audit-seals.repository.js';

/** Damage that the jobs of the trail find: seals are missing, or events differ from the sealed events. */
export type Damage = 'chain-replaced' | 'range-changed';

/** Reports damage that the service finds while it runs: in the log, as an event and as a metric. */
@Injectable()
export class DamageReportsService {
  private readonly logger = new Logger(DamageReportsService.name);
  private readonly found: Counter<'damage'>;

  constructor(
    private readonly events: AuditEventsService,
    seals: AuditSealsRepository,
    metrics: MetricsService,
  ) {
    this.found = metrics.counter({
      name: 'tessera_audit_seal_damages_total',
      help: 'Damages to the sealed audit trail that jobs of this process found. After any damage, run `audit verify`.',
      action: 'Run `npm run cli -- audit verify`, and find out who changed the database.',
      labelNames: ['damage'],
    });
    metrics.gauge({
      name: 'tessera_audit_seal_age_seconds',
      help: 'Age of the oldest event of the audit trail that is not sealed; 0 when all events are sealed.',
      action: 'If it stays above 300, see with `npm run cli -- jobs list` whether `audit-seal` runs.',
      collect: async () => [{ value: await seals.unsealedAge() }],
    });
  }

  /** Reports damage. `what` describes the damage, for people. */
  async report(damage: Damage, what: string): Promise<void> {
    this.found.inc({ damage });
    this.logger.warn(`The audit trail was changed outside the service (${damage}): ${what}. Run "audit verify".`);
    await this.events.record({ kind: 'audit-damaged', actor: SERVICE, reason: `${damage}: ${what}` });
  }
}
