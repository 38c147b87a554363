import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { JobsService } from '../jobs/jobs.service.js';
import { CutoffsService } from '../sessions/cutoffs.service.js';
import { EventCountsRepository } from './event-counts.repository.js';

const EVERY_SECONDS = 60;
/** PostgreSQL counts as many events in about 20 ms. */
const BATCH_SIZE = 5_000;
/** A trail that existed before is counted in many runs. Other jobs run between them. */
const BATCHES_PER_RUN = 200;

/** Counts new events of the trail by hour, kind and reason, and notes how many sessions live. Counts are kept as long as events. */
@Injectable()
export class EventCountsJob implements OnModuleInit {
  constructor(
    private readonly jobs: JobsService,
    private readonly counts: EventCountsRepository,
    private readonly cutoffs: CutoffsService,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'event-counts',
      description: 'Counts the events of the audit trail by hour, for the overview of the console.',
      every: EVERY_SECONDS,
      batchSize: BATCH_SIZE,
      batchesPerRun: BATCHES_PER_RUN,
      batch: (size) => this.countSome(size),
    });
  }

  private async countSome(size: number): Promise<number> {
    const counted = await this.counts.countNext(size);
    if (counted === size) return counted;
    const { sessions } = await this.cutoffs.countLive();
    await this.counts.noteSessions(sessions);
    await this.counts.forget(this.settings.AUDIT_RETENTION);
    return counted;
  }
}
