import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { JobsService } from '../jobs/jobs.service.js';
import { DamageReportsService } from './damage-reports.service.js';
import { RangePruningService } from './range-pruning.service.js';

const EVERY_SECONDS = 3_600;
const AT_ONCE = 1_000;

/**
 * Keeps events for AUDIT_RETENTION seconds. Only sealed events are deleted. So a verification distinguishes deletions
 * by the service from all other deletions.
 */
@Injectable()
export class AuditRetentionJob implements OnModuleInit {
  constructor(
    private readonly jobs: JobsService,
    private readonly pruning: RangePruningService,
    private readonly damages: DamageReportsService,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'old-audit-events',
      description: 'Deletes events of the audit trail that are older than AUDIT_RETENTION.',
      every: EVERY_SECONDS,
      batchSize: AT_ONCE,
      batch: (size) => this.deleteSome(size),
    });
  }

  /** Each range in a transaction of its own: as many ranges as have the events of a batch. */
  private async deleteSome(size: number): Promise<number> {
    let total = 0;
    while (total < size) {
      const pruned = await this.pruning.pruneOldest(this.settings.AUDIT_RETENTION);
      if (!pruned) break;
      total += pruned.deleted;
      if (pruned.damage) await this.damages.report('range-changed', pruned.damage);
    }
    return total;
  }
}
