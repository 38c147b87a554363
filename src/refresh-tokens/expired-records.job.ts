import { Injectable, type OnModuleInit } from '@nestjs/common';
import { actValues, audited, recordFacts } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import { rowOf } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { JobsService } from '../jobs/jobs.service.js';
import { SERVICE } from '../kernel/origin.js';

const EVERY_SECONDS = 600;
const AT_ONCE = 500;
const BEGINNING = '-infinity';

/**
 * Deletes records whose expiry and last write are both more than `retention` seconds ago, beginning at the expiry `from`. Each row is
 * locked before it is checked, so no live session is deleted. If a login uses an expired row again, either the login has locked the row and
 * this statement skips it, or the row is already deleted and the login creates another.
 */
const DELETE_EXPIRED = audited({
  name: 'record-delete-expired',
  parameters: { retention: 'float8', from: 'timestamptz', limit: 'bigint' },
  returns: rowOf<{ expiresOn: Date }>(),
  act: `DELETE FROM refresh_tokens t WHERE id = ANY (ARRAY(
      SELECT id FROM refresh_tokens
      WHERE expires_on >= :from AND expires_on < now() - make_interval(secs => :retention::float8)
        AND updated_on < now() - make_interval(secs => :retention::float8)
      ORDER BY expires_on, id LIMIT :limit FOR UPDATE SKIP LOCKED))
    RETURNING ${recordFacts('t')}, expires_on, false AS ended`,
  columns: 'expires_on AS "expiresOn"',
});

/** Deletes expired records after EXPIRED_RECORD_RETENTION seconds. */
@Injectable()
export class ExpiredRecordsJob implements OnModuleInit {
  /** The expiry at which the next batch begins. Deleted entries stay in the index for a while, and each batch would have to skip them. */
  private from: Date | typeof BEGINNING = BEGINNING;

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
    const values = { retention: this.settings.EXPIRED_RECORD_RETENTION, from: this.from, limit: size };
    const deleted = await this.statements.run(DELETE_EXPIRED, { ...values, ...act });
    const latest = Math.max(...deleted.map(({ expiresOn }) => expiresOn.getTime()));
    this.from = deleted.length < size ? BEGINNING : new Date(latest);
    return deleted.length;
  }
}
