import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RETRY_AFTER_SECONDS } from '../database/database-failures.js';
import { AppError } from '../kernel/app-error.js';
import { PlugInError } from '../plug-ins/plug-in-error.js';
import { PlugInsService } from '../plug-ins/plug-ins.service.js';
import { HealthCheck } from './health-check.js';
import { withinTime } from './within-time.js';

const LIMIT_MS = 2_000;

/** The health checks that modules plug in. */
@Injectable()
export class HealthChecksService implements OnModuleInit {
  private checks: readonly HealthCheck[] = [];
  /** Checks that have not answered yet. The next probe waits for the same check and does not start another. */
  private readonly underWay = new Map<HealthCheck, Promise<void>>();

  constructor(private readonly plugIns: PlugInsService) {}

  /** @throws PlugInError when a check has no name, or the name of another */
  onModuleInit(): void {
    this.checks = this.plugIns.of(HealthCheck);
    const named = new Map<string, HealthCheck>();
    for (const check of this.checks) {
      const { name, check: method } = check as { name: unknown; check: unknown };
      if (typeof name !== 'string' || name.trim() === '') throw new PlugInError(check, 'needs a `name`.');
      if (typeof method !== 'function') throw new PlugInError(check, 'needs a method `check`.');
      const other = named.get(name);
      if (other) throw new PlugInError(check, `has the name of the health check ${other.constructor.name}, ${name}.`);
      named.set(name, check);
    }
  }

  /** Runs all checks concurrently. @throws AppError 503 health_check_failed that names the first check that failed */
  async demandAll(): Promise<void> {
    await Promise.all(this.checks.map((check) => this.demand(check)));
  }

  private async demand(check: HealthCheck): Promise<void> {
    let run = this.underWay.get(check);
    if (!run) {
      run = Promise.resolve()
        .then(() => check.check())
        .finally(() => this.underWay.delete(check));
      this.underWay.set(check, run);
    }
    try {
      await withinTime(run, LIMIT_MS);
    } catch (error) {
      throw new AppError('health_check_failed', 503, `The health check failed: ${check.name}.`, {
        headers: { 'retry-after': RETRY_AFTER_SECONDS },
        detail: (error as Error).message,
      });
    }
  }
}
