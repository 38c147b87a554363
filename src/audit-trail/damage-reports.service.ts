import { Injectable, Logger } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { StatementsService } from '../database/statements.service.js';
import { SERVICE } from '../kernel/origin.js';
import { MetricsService } from '../observability/metrics.service.js';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { UNSEALED_AGE } from './seal.statements.js';

/** Damage that the jobs of the trail find: seals have vanished, or events are not the sealed ones. */
export type Damage = 'chain-replaced' | 'range-changed';

/** Reports damage to the audit trail that the service finds while it runs: as a log line, an event and a count. */
@Injectable()
export class DamageReportsService {
  private readonly logger = new Logger(DamageReportsService.name);
  private readonly found: Counter<'damage'>;

  constructor(
    private readonly events: AuditEventsService,
    statements: StatementsService,
    metrics: MetricsService,
  ) {
    this.found = metrics.counter({
      name: 'tessera_audit_seal_damages_total',
      help: 'Damages to the sealed audit trail that jobs of this process came across. Any is a reason for `audit verify`.',
      action: 'Run `npm run cli -- audit verify`, and find out who changed the database.',
      labelNames: ['damage'],
    });
    metrics.gauge({
      name: 'tessera_audit_seal_age_seconds',
      help: 'Age of the oldest event of the audit trail that is not sealed; 0 when all are.',
      action: 'If it stays above 300, see with `npm run cli -- jobs list` whether `audit-seal` runs.',
      collect: async () => {
        const [oldest] = await statements.run(UNSEALED_AGE, {});
        return [{ value: oldest?.value ?? 0 }];
      },
    });
  }

  /** Reports a damage; `what` says which, for people. */
  async report(damage: Damage, what: string): Promise<void> {
    this.found.inc({ damage });
    this.logger.warn(`The audit trail was changed outside the service (${damage}): ${what}. Run "audit verify".`);
    await this.events.record({ kind: 'audit-damaged', actor: SERVICE, reason: `${damage}: ${what}` });
  }
}
