import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { Statements, type Statement } from '../database/statements.js';
import { Jobs } from '../jobs/jobs.js';

const EVERY_SECONDS = 3_600;
const AT_ONCE = 1_000;

/** Deletes the oldest events: $1 how old they must be, in seconds, $2 how many at most. */
const DELETE_OLD: Statement = {
  name: 'audit-delete-old',
  text: `DELETE FROM audit_trail_entries WHERE id = ANY (ARRAY(
      SELECT id FROM audit_trail_entries WHERE created_on < now() - make_interval(secs => $1::float8)
      ORDER BY created_on, id LIMIT $2 FOR UPDATE SKIP LOCKED))
    RETURNING id`,
};

/** Keeps events for AUDIT_RETENTION seconds, and no longer. */
@Injectable()
export class AuditRetention implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly statements: Statements,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'old-audit-events',
      description: 'Deletes events of the audit trail that are older than AUDIT_RETENTION.',
      every: EVERY_SECONDS,
      batchSize: AT_ONCE,
      batch: async (size) => (await this.statements.run(DELETE_OLD, [this.settings.AUDIT_RETENTION, size])).length,
    });
  }
}
