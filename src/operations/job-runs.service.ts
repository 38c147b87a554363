import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { JobsService } from '../jobs/jobs.service.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import type { CommandRun } from '../resource/kit/command-runs.js';

/** Shorter than the time after which proxies give up. */
const LONGEST_WAIT_MS = 10_000;

/** Runs jobs for users. */
@Injectable()
export class JobRunsService {
  private readonly logger = new Logger(JobRunsService.name);

  constructor(
    private readonly jobs: JobsService,
    private readonly events: AuditEventsService,
  ) {}

  /**
   * Runs a job, and waits ten seconds for its end.
   * @throws AppError 404 when there is no such job, 409 when a process runs it already
   */
  async run(name: string, actor: Actor): Promise<CommandRun> {
    const ranOn = new Date();
    const running = this.jobs.run(name);
    const ended = await Promise.race([running, pause(LONGEST_WAIT_MS, null, { ref: false })]).catch(
      async (error: unknown) => {
        if (!(error instanceof AppError)) await this.note(name, actor);
        throw error;
      },
    );
    await this.note(name, actor);
    if (ended === null)
      running.catch((error: unknown) => {
        this.logger.warn(`The job ${name} failed: ${(error as Error).message}`);
      });
    return { value: { Rows: ended }, ranOn };
  }

  private note(name: string, actor: Actor): Promise<void> {
    return this.events.record({ kind: 'job-run', actor, reason: name });
  }
}
