import { Injectable, Logger } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Statements } from '../database/statements.js';
import { SERVICE } from '../kernel/origin.js';
import { Metrics } from '../observability/metrics.js';
import { AuditTrail } from './audit-trail.js';
import { UNSEALED_AGE } from './seal.statements.js';

/** What the jobs of the trail come across: seals that vanished, events that are not those that were sealed. */
export type Damage = 'chain-replaced' | 'range-changed';

/** Tells operators of damage to the audit trail that is found while the service runs: a line in the log, an event and a count. */
@Injectable()
export class DamageReports {
  private readonly logger = new Logger(DamageReports.name);
  private readonly found: Counter<'damage'>;

  constructor(
    private readonly trail: AuditTrail,
    statements: Statements,
    metrics: Metrics,
  ) {
    this.found = metrics.counter({
      name: 'tessera_audit_seal_damages_total',
      help: 'Damages to the sealed audit trail that jobs of this process came across. Any is a reason for `audit verify`.',
      labelNames: ['damage'],
    });
    metrics.gauge({
      name: 'tessera_audit_seal_age_seconds',
      help: 'Age of the oldest event of the audit trail that is not sealed; 0 when all are.',
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
    await this.trail.record({ kind: 'audit-damaged', actor: SERVICE, reason: `${damage}: ${what}` });
  }
}
