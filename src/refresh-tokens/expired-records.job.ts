import { Injectable, type OnModuleInit } from '@nestjs/common';
import { actValues, audited, recordFacts } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import { StatementsService } from '../database/statements.service.js';
import { JobsService } from '../jobs/jobs.service.js';
import { SERVICE } from '../kernel/origin.js';

const EVERY_SECONDS = 600;
const AT_ONCE = 500;
const BEGINNING = '-infinity';

/**
 * Deletes records that expired, and were last written, long ago: $1 how long, in seconds, $2 the expiry to begin with, $3 how many at
 * most. The row is locked before it is judged, so a session that lives is never among them: a login that takes an expired row
 * over either holds it, and then it is passed over; or finds it gone, and makes another.
 */
const DELETE_EXPIRED = audited(
  'record-delete-expired',
  `DELETE FROM refresh_tokens t WHERE id = ANY (ARRAY(
      SELECT id FROM refresh_tokens
      WHERE expires_on >= $2 AND expires_on < now() - make_interval(secs => $1::float8)
        AND updated_on < now() - make_interval(secs => $1::float8)
      ORDER BY expires_on, id LIMIT $3 FOR UPDATE SKIP LOCKED))
    RETURNING ${recordFacts('t')}, expires_on, false AS ended`,
  'expires_on AS "expiresOn"',
);

/** Keeps expired records for EXPIRED_RECORD_RETENTION seconds, and no longer. */
@Injectable()
export class ExpiredRecordsJob implements OnModuleInit {
  /** Where the next batch begins. Deleted entries stay in the index for a while, and each batch would have to skip them. */
  private from: Date | string = BEGINNING;

  constructor(
    private readonly jobs: JobsService,
    private readonly statements: StatementsService,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'expired-records',
      description: 'Deletes refresh tokens that expired longer ago than EXPIRED_RECORD_RETENTION.',
      every: EVERY_SECONDS,
      batchSize: AT_ONCE,
      batch: (size) => this.deleteSome(size),
    });
  }

  private async deleteSome(size: number): Promise<number> {
    const act = actValues({ kind: 'record-deleted', actor: SERVICE, reason: 'expired' });
    const values = [this.settings.EXPIRED_RECORD_RETENTION, this.from, size, ...act];
    const deleted = await this.statements.run<{ expiresOn: Date }>(DELETE_EXPIRED, values);
    const latest = Math.max(...deleted.map(({ expiresOn }) => expiresOn.getTime()));
    this.from = deleted.length < size ? BEGINNING : new Date(latest);
    return deleted.length;
  }
}
