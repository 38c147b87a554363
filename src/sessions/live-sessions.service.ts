import { Injectable } from '@nestjs/common';
import { rowOf, statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { MetricsService } from '../observability/metrics.service.js';

/**
 * PostgreSQL keeps for each index how many entries it last found in it, and this one has an entry for each session. An index that it
 * never looked at has 0, like an empty one. The table then has -1, which shows the difference.
 */
const ESTIMATE = statement({
  name: 'session-estimate',
  returns: rowOf<{ value: number }>(),
  text: `SELECT i.reltuples AS value FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE x.indexrelid = to_regclass('refresh_tokens_session') AND t.reltuples >= 0`,
});

/** Shows how many sessions there are, without counting them: a count would read as many entries as there are sessions. */
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
