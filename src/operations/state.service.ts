import { Injectable } from '@nestjs/common';
import { AuditVerificationService } from '../audit-trail/audit-verification.service.js';
import { Settings } from '../config/settings.js';
import { formatDateTime } from '../kernel/date-time.js';
import { MetricsService } from '../observability/metrics.service.js';
import { CutoffsService } from '../sessions/cutoffs.service.js';
import { INTACT } from './operation-audit-kinds.js';
import { StateRepository } from './state.repository.js';
import type { StateView, TrailState } from './state-view.js';

/** Describes the state of the service. */
@Injectable()
export class StateService {
  constructor(
    private readonly rows: StateRepository,
    private readonly cutoffs: CutoffsService,
    private readonly verification: AuditVerificationService,
    private readonly metrics: MetricsService,
    private readonly settings: Settings,
  ) {}

  /** The state now. */
  async read(): Promise<StateView> {
    const [database, live, trail] = await Promise.all([this.rows.database(), this.cutoffs.countLive(), this.trail()]);
    return {
      Version: this.metrics.version,
      Database: this.settings.DATABASE_URL ? 'postgresql' : 'embedded',
      DatabaseVersion: database.version,
      DatabaseBytes: database.bytes,
      LiveSessions: live.sessions,
      IsEstimated: live.isEstimated,
      Trail: trail,
    };
  }

  private async trail(): Promise<TrailState> {
    const [last, age] = await Promise.all([this.rows.lastCheck(), this.verification.unsealedAge()]);
    const isIntact = last?.kind === 'audit-verified' && last.reason === INTACT;
    return {
      State: !last ? 'unverified' : isIntact ? 'intact' : 'broken',
      CheckedOn: last ? formatDateTime(last.createdOn) : null,
      Finding: last && !isIntact ? last.reason : null,
      UnsealedSeconds: Math.round(age),
    };
  }
}
