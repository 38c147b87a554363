import { Injectable } from '@nestjs/common';
import { rowOf, statement } from '../database/statement.js';
import { Statements } from '../database/statements.js';
import { Metrics } from '../observability/metrics.js';

/**
 * PostgreSQL keeps for each index how many entries it last found in it, and this one has an entry for each session. An index that it
 * never looked at has 0; only the table, which then has -1, tells that from an empty one.
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
export class LiveSessions {
  constructor(statements: Statements, metrics: Metrics) {
    metrics.gauge({
      name: 'tessera_live_sessions',
      help: 'Sessions as PostgreSQL last estimated them; nothing before it has analysed their table.',
      collect: () => statements.run(ESTIMATE, {}),
    });
  }
}
