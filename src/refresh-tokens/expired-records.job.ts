import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { JobsService } from '../jobs/jobs.service.js';
import { SERVICE } from '../kernel/origin.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';

const EVERY_SECONDS = 600;
const AT_ONCE = 500;

/** Deletes expired records after EXPIRED_RECORD_RETENTION seconds. */
@Injectable()
export class ExpiredRecordsJob implements OnModuleInit {
  /**
   * The expiry at which the next batch begins; undefined means the first expiry. Deleted entries stay in the index for a while, and each
   * batch would have to skip them.
   */
  private from: Date | undefined;

  constructor(
    private readonly jobs: JobsService,
    private readonly records: RefreshTokensRepository,
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
    const act = { kind: 'record-deleted', actor: SERVICE, reason: 'expired' } as const;
    const expired = { retention: this.settings.EXPIRED_RECORD_RETENTION, from: this.from, limit: size };
    const deleted = await this.records.deleteExpired(expired, act);
    const latest = Math.max(...deleted.map(({ expiresOn }) => expiresOn.getTime()));
    this.from = deleted.length < size ? undefined : new Date(latest);
    return deleted.length;
  }
}
