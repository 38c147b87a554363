import { Injectable } from '@nestjs/common';
import { MetricsService } from '../observability/metrics.service.js';
import { SessionsRepository } from './sessions.repository.js';

/** Estimates the number of sessions. A count would read one index entry for each session. */
@Injectable()
export class LiveSessionsService {
  constructor(sessions: SessionsRepository, metrics: MetricsService) {
    metrics.gauge({
      name: 'tessera_live_sessions',
      help: 'Sessions as PostgreSQL last estimated them; nothing before it has analysed their table.',
      action: 'Watch the load to come. A sudden fall: many sessions ended, see the audit trail (`session-ended`).',
      collect: () => sessions.estimate(),
    });
  }
}
