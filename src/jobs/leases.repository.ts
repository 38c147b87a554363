import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { JobRecord } from './job-record.entity.js';

/** A run that shows no sign of life for so long is taken over by another process. */
const HELD_FOR = `interval '2 minutes'`;

/** Takes a job that is due, or in any case when the caller says so, unless another process runs it. */
const CLAIM = statement({
  name: 'job-claim',
  parameters: { name: 'text', holder: 'uuid', inAnyCase: 'boolean' },
  text: `INSERT INTO jobs AS j (name, due_on, holder, held_until, started_on)
    VALUES (:name, now(), :holder, now() + ${HELD_FOR}, now())
    ON CONFLICT (name) DO UPDATE SET holder = :holder, held_until = now() + ${HELD_FOR}, started_on = now(), rows = 0
      WHERE (j.due_on <= now() OR :inAnyCase::boolean) AND coalesce(j.held_until < now(), true)
    RETURNING name`,
});

/** Says that a run goes on, and how many rows it touched. No row when another process took it over. */
const GO_ON = statement({
  name: 'job-go-on',
  parameters: { name: 'text', holder: 'uuid', touched: 'bigint' },
  text: `UPDATE jobs SET held_until = now() + ${HELD_FOR}, rows = rows + :touched
    WHERE name = :name AND holder = :holder RETURNING name`,
});

/** Ends a run: in how many seconds the next is due, and why it failed, or null. */
const END = statement({
  name: 'job-end',
  parameters: { name: 'text', holder: 'uuid', seconds: 'float8', failure: 'text?' },
  text: `UPDATE jobs SET holder = NULL, held_until = NULL, ended_on = now(), failure = :failure,
      due_on = now() + make_interval(secs => :seconds::float8)
    WHERE name = :name AND holder = :holder`,
});

/** A job, and the process that runs it. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
}

/** How a run ended: in how many seconds the next is due, and why it failed, or null. */
export interface Ended {
  readonly seconds: number;
  readonly failure: string | null;
}

/** The leases of jobs: which process runs a job, and when it is due. */
@Injectable()
export class LeasesRepository {
  constructor(
    @InjectRepository(JobRecord) private readonly records: Repository<JobRecord>,
    private readonly statements: StatementsService,
  ) {}

  /** What the database knows of the jobs that ran at least once. */
  list(): Promise<JobRecord[]> {
    return this.records.find();
  }

  /** Takes the lease of a job that is due, or of any job with `inAnyCase`. False while another process has it. */
  async claim({ name, holder }: Lease, inAnyCase: boolean): Promise<boolean> {
    return (await this.statements.runForCount(CLAIM, { name, holder, inAnyCase })) > 0;
  }

  /** Renews a lease, and counts the rows that the run touched. False when another process took the job. */
  async renew({ name, holder }: Lease, touched: number): Promise<boolean> {
    return (await this.statements.runForCount(GO_ON, { name, holder, touched })) > 0;
  }

  /** Ends a lease, unless another process took the job. */
  end({ name, holder }: Lease, { seconds, failure }: Ended): Promise<unknown> {
    return this.statements.run(END, { name, holder, seconds, failure });
  }
}
