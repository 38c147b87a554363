import { Injectable } from '@nestjs/common';
import { rowOf, statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { MetricsService } from '../observability/metrics.service.js';

/**
 * PostgreSQL stores for each index how many entries it last found, and this index has one entry for each session. An index that was never
 * analysed has 0, like an empty index. Then the number for the table is -1, so the statement returns no row.
 */
const ESTIMATE = statement({
  name: 'session-estimate',
  returns: rowOf<{ value: number }>(),
  text: `SELECT i.reltuples AS value FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE x.indexrelid = to_regclass('refresh_tokens_session') AND t.reltuples >= 0`,
});

/** Estimates the number of sessions. A count would read one index entry for each session. */
@Injectable()
export class LiveSessionsService {
  constructor(statements: StatementsService, metrics: MetricsService) {
    metrics.gauge({
      name: 'tessera_live_sessions',
      help: 'Sessions as PostgreSQL last estimated them; nothing before it has analysed their table.',
      action: 'Watch the load to come. A sudden fall: many sessions ended, see the audit trail (`session-ended`).',
      collect: () => statements.run(ESTIMATE, {}),
    });
  }
}
