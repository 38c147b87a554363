import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { Counter } from 'prom-client';
import { v4 as uuid } from 'uuid';
import { AppError } from '../kernel/app-error.js';
import { MetricsService } from '../observability/metrics.service.js';
import { PlugInError } from '../plug-ins/plug-in-error.js';
import type { Job } from './job.js';
import type { JobRecord } from './job-record.entity.js';
import { LeasesRepository } from './leases.repository.js';

const LOOK_EVERY_MS = 30_000;
/** Each process first looks for due jobs after a random time below this. So processes that start together do not all look together. */
const FIRST_LOOK_WITHIN_MS = 10_000;
/** After a batch, the job rests for this many times the duration of the batch, to leave the database to the requests of users. */
const REST = 4;
const LONGEST_REST_MS = 5_000;
/** The shutdown waits this long for a running batch. After a longer batch, another process continues the job. */
const LONGEST_GOODBYE_MS = 3_000;

/**
 * Runs the jobs that features register. Each job has a lease in the database. The first process that sees a due job takes the lease, and
 * renews it with each batch. If this process dies, another process takes over. No lock lasts longer than a batch.
 * @publicApi
 */
@Injectable()
export class JobsService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(JobsService.name);
  private readonly jobs = new Map<string, Job>();
  private readonly holder = uuid();
  private readonly closing = new AbortController();
  private readonly runs: Counter<'job_name' | 'outcome'>;
  private readonly rows: Counter<'job_name'>;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<unknown> | undefined;

  constructor(
    private readonly leases: LeasesRepository,
    metrics: MetricsService,
  ) {
    // The label is not `job`, because Prometheus itself sets the label `job` to the name of the scrape job.
    this.runs = metrics.counter({
      name: 'tessera_job_runs_total',
      help: 'Runs of jobs in this process.',
      action: 'Any `failed`: read why with `npm run cli -- jobs list`.',
      labelNames: ['job_name', 'outcome'],
    });
    this.rows = metrics.counter({
      name: 'tessera_job_rows_total',
      help: 'Rows that jobs of this process touched.',
      action: 'See how much the jobs delete and seal.',
      labelNames: ['job_name'],
    });
  }

  /** Registers a job. From then on it runs whenever it is due. @throws PlugInError when another job has its name */
  register(job: Job): void {
    if (this.jobs.has(job.name)) throw new PlugInError(`The job ${job.name}`, 'is registered twice: rename one.');
    this.jobs.set(job.name, job);
  }

  /** The registered jobs, by name, each with its state in the database; null before its first run. */
  async list(): Promise<{ readonly job: Job; readonly record: JobRecord | null }[]> {
    const records = new Map((await this.leases.list()).map((record) => [record.name, record]));
    const jobs = [...this.jobs.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return jobs.map((job) => ({ job, record: records.get(job.name) ?? null }));
  }

  /**
   * Runs a job now, due or not, and returns how many rows it changed.
   * @throws AppError 404 when there is no such job, 409 when a process runs it already
   */
  async run(name: string): Promise<number> {
    const rows = await this.runIfFree(this.find(name), true);
    if (rows === undefined) throw new AppError('job_runs', 409, `The job ${name} runs already.`);
    return rows;
  }

  /**
   * Starts a job in the background, due or not. If a process runs the job already, the job runs again when it is due.
   * @throws AppError 404 when there is no such job
   */
  start(name: string): void {
    if (!this.closing.signal.aborted) void this.underWay(this.runLogged(this.find(name), true));
  }

  onApplicationBootstrap(): void {
    this.lookAgainIn(Math.random() * FIRST_LOOK_WITHIN_MS);
  }

  /** Stops a running job after its current batch. The job is due again immediately, so another process continues it. */
  async onModuleDestroy(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.timer);
    await Promise.race([this.looking, pause(LONGEST_GOODBYE_MS, undefined, { ref: false })]);
  }

  private lookAgainIn(ms: number): void {
    if (this.closing.signal.aborted) return;
    this.timer = setTimeout(() => {
      void this.underWay(this.runDue()).then(() => {
        this.lookAgainIn(LOOK_EVERY_MS);
      });
    }, ms).unref();
  }

  /** Makes the shutdown wait for a run. */
  private underWay(run: Promise<void>): Promise<void> {
    this.looking = Promise.all([this.looking, run]);
    return run;
  }

  private async runDue(): Promise<void> {
    for (const job of this.jobs.values()) {
      if (this.closing.signal.aborted) return;
      await this.runLogged(job, false);
    }
  }

  private find(name: string): Job {
    const job = this.jobs.get(name);
    if (!job) throw new AppError('no_such_job', 404, `There is no job ${name}.`);
    return job;
  }

  private async runLogged(job: Job, inAnyCase: boolean): Promise<void> {
    await this.runIfFree(job, inAnyCase).catch((error: unknown) => {
      this.logger.warn(`The job ${job.name} failed: ${(error as Error).message}`);
    });
  }

  private async runIfFree(job: Job, inAnyCase: boolean): Promise<number | undefined> {
    const lease = { name: job.name, holder: this.holder };
    if (!(await this.leases.claim(lease, inAnyCase))) return undefined;
    try {
      const rows = await this.runBatches(job, inAnyCase ? Infinity : (job.batchesPerRun ?? Infinity));
      this.runs.inc({ job_name: job.name, outcome: 'ok' });
      const seconds = this.closing.signal.aborted ? 0 : job.every;
      await this.leases.end(lease, { seconds, failure: null });
      if (rows > 0) this.logger.log(`The job ${job.name} touched ${rows} rows.`);
      return rows;
    } catch (error) {
      this.runs.inc({ job_name: job.name, outcome: 'failed' });
      const failed = { seconds: job.every, failure: (error as Error).message };
      await this.leases.end(lease, failed).catch(() => undefined);
      throw error;
    }
  }

  private async runBatches(job: Job, most: number): Promise<number> {
    let total = 0;
    for (let batch = 1; ; batch++) {
      const begin = performance.now();
      const rows = await job.batch(job.batchSize);
      const rest = Math.min((performance.now() - begin) * REST, LONGEST_REST_MS);
      total += rows;
      this.rows.inc({ job_name: job.name }, rows);
      const isOurs = await this.leases.renew({ name: job.name, holder: this.holder }, rows);
      if (rows < job.batchSize || batch >= most || !isOurs || this.closing.signal.aborted) return total;
      await pause(rest, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }
}
