import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JobsService } from '../jobs/jobs.service.js';
import { CutSessionsService } from './cut-sessions.service.js';

const EVERY_SECONDS = 30;
const AT_ONCE = 1_000;

/** Deletes the rows of sessions that cutoffs ended. */
@Injectable()
export class CutSessionsJob implements OnModuleInit {
  constructor(
    private readonly jobs: JobsService,
    private readonly sessions: CutSessionsService,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'cut-sessions',
      description: 'Deletes the records of sessions that a cutoff ended, and writes their events.',
      every: EVERY_SECONDS,
      batchSize: AT_ONCE,
      batch: (size) => this.sessions.sweepSome(size),
    });
  }
}
